import { EXIT_CODES } from '../../core/errors.ts'
import { columns } from '../../report/terminal.ts'
import { knownProviders } from '../../spec/load.ts'
import { command } from '../command.ts'
import { formatFlag, specFlag } from '../flags.ts'
export const providers = command({
  flags: { spec: specFlag, format: formatFlag },
  examples: [['hookproof providers', 'what there is to start']],
  async run({ flags }, io) {
    const found = (await knownProviders(flags.spec)).map(
      ({ id, name, variant, title, version, basePath, accounts, events }) => ({
        id,
        name,
        variant,
        title,
        version,
        basePath,
        openapi: `/${id}/openapi.json`,
        credentials: accounts[0]?.credentials ?? {},
        login: accounts[0]?.login ?? {},
        events: [...events.keys()],
      }),
    )
    if (flags.format === 'json') {
      io.out(...found.map((provider) => JSON.stringify(provider)))
      return EXIT_CODES.passed
    }
    for (const { id, variant, title, version, basePath, openapi, credentials, login, events } of found) {
      const headers = Object.entries(credentials).map(([name, value]) => `${name}: ${value}`)
      const rows = [
        ...(variant === null ? [] : [['variant', variant]]),
        ['path', basePath],
        ['openapi', openapi],
        ...headers.map((header) => ['header', header]),
        ...Object.entries(login).map(([name, value]) => ['login', `${name}: ${value}`]),
        ...events.map((type) => ['event', type]),
      ]
      io.out(
        `${io.style('strong', id)}  ${title} ${version}`,
        ...columns(rows.map(([name = '', value = '']) => [`  ${io.style('quiet', name)}`, value])),
        '',
      )
    }
    return EXIT_CODES.passed
  },
})
