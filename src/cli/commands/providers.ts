import { columns } from '../../report/terminal.ts'
import { formatFlag, specFlag } from '../flags.ts'
import { command } from '../program.ts'
export const providers = command({
  name: 'providers',
  summary: 'list the providers, with their credentials and event types',
  flags: { spec: specFlag, format: formatFlag },
  examples: [['hookproof providers', 'what there is to start']],
  async run({ flags }, io) {
    const { knownProviders } = await import('../known-providers.ts')
    const found = (await knownProviders(flags.spec)).map(
      ({ id, title, version, basePath, accounts, events }) => ({
        id,
        title,
        version,
        basePath,
        credentials: accounts[0]?.credentials ?? {},
        events: [...events.keys()],
      }),
    )
    if (flags.format === 'json') {
      io.out(...found.map((provider) => JSON.stringify(provider)))
      return 0
    }
    for (const { id, title, version, basePath, credentials, events } of found) {
      const headers = Object.entries(credentials).map(([name, value]) => `${name}: ${value}`)
      const rows = [
        ['path', basePath],
        ...headers.map((header) => ['header', header]),
        ...events.map((type) => ['event', type]),
      ]
      io.out(
        `${io.style('strong', id)}  ${title} ${version}`,
        ...columns(rows.map(([name = '', value = '']) => [`  ${io.style('quiet', name)}`, value])),
        '',
      )
    }
    return 0
  },
})
