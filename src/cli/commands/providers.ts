import { EXIT_CODES } from '../../core/errors.ts'
import type { Account } from '../../core/model.ts'
import { columns } from '../../report/terminal.ts'
import { knownProviders } from '../../spec/load.ts'
import { command } from '../command.ts'
import { formatFlag, specFlag } from '../flags.ts'
export const providers = command({
  flags: { spec: specFlag, format: formatFlag },
  examples: [['hookproof providers', 'what there is to start']],
  async run({ flags }, io) {
    const found = (await knownProviders(flags.spec)).map(
      ({ id, name, variant, title, version, basePath, environments, accounts, events }) => ({
        id,
        name,
        variant,
        title,
        version,
        basePath,
        openapi: `/${id}/openapi.json`,
        credentials: accounts[0]?.credentials ?? {},
        login: accounts[0]?.login ?? {},
        environments: [...environments.keys()],
        accounts: accounts.map(({ name, environment, credentials }) => ({ name, environment, credentials })),
        events: [...events.keys()],
      }),
    )
    if (flags.format === 'json') {
      io.out(...found.map((provider) => JSON.stringify(provider)))
      return EXIT_CODES.passed
    }
    for (const one of found) {
      const { id, variant, title, version, basePath, openapi, login, environments, accounts, events } = one
      const rows = [
        ...(variant === null ? [] : [['variant', variant]]),
        ['path', basePath],
        ['openapi', openapi],
        ...headerTexts(one.credentials).map((header) => ['header', header]),
        ...Object.entries(login).map(([name, value]) => ['login', `${name}: ${value}`]),
        ...(environments.length === 0 ? [] : [['environments', environments.join(', ')]]),
        // The first is who calls with the headers above.
        ...accounts.slice(1).map((account) => ['account', accountText(account)]),
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

function headerTexts(credentials: Account['credentials']): readonly string[] {
  return Object.entries(credentials).map(([name, value]) => `${name}: ${value}`)
}

function accountText({
  name,
  environment,
  credentials,
}: Pick<Account, 'name' | 'environment' | 'credentials'>): string {
  const where = environment === null ? '' : ` (${environment})`
  return `${name}${where}  ${headerTexts(credentials).join(', ')}`
}
