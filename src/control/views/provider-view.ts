import type { Account } from '../../core/account.ts'
import type { Provider } from '../../spec/provider.ts'

export function providerView(provider: Provider, accounts: readonly Account[], origin: string): object {
  const { id, title, version, basePath, events } = provider
  return {
    id,
    title,
    version,
    baseUrl: `${origin}${basePath}`,
    credentials: accounts[0]?.credentials ?? {},
    accounts: accounts.map(({ name, credentials, scopes }) => ({ name, credentials, scopes })),
    events: [...events.keys()],
  }
}
