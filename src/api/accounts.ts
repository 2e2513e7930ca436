import type { Account } from '../core/model.ts'
import type { AccountName, ProviderId, Random } from '../core/random.ts'
import type { Provider } from '../spec/provider.ts'
import { put, type Store } from '../state/store.ts'

/** Who may call: the accounts of the documents' fixtures and those made at run time. */
export interface Accounts {
  list(provider: ProviderId): Promise<readonly Account[]>
  find(provider: ProviderId, name: AccountName): Promise<Account | undefined>
  /** The account used where nobody names one: the first of the fixtures. */
  first(provider: Provider): Account
  /** A new account with credentials of its own; by default with all scopes and a new name. */
  create(provider: Provider, scopes?: readonly string[], name?: AccountName): Promise<Account>
}

export function createAccounts(
  providers: ReadonlyMap<ProviderId, Provider>,
  store: Store,
  rng: Random,
): Accounts {
  const list = async (id: ProviderId) => [
    ...(providers.get(id)?.accounts ?? []),
    ...(await store.accounts()).filter((account) => account.provider === id),
  ]
  const first = (provider: Provider): Account => {
    const account = provider.accounts[0]
    if (account === undefined) throw new Error(`the provider ${provider.id} has no account`)
    return account
  }
  return {
    list,
    first,
    find: async (id, name) => (await list(id)).find((account) => account.name === name),
    async create(provider, scopes, name) {
      const suffix = rng.text('alphanumeric', 10)
      const model = first(provider)
      const account: Account = {
        provider: provider.id,
        name: name ?? (`account-${suffix}` as AccountName),
        credentials: Object.fromEntries(
          Object.entries(model.credentials).map(([header, value]) => [header, `${value}_${suffix}`]),
        ),
        scopes: scopes ?? model.scopes,
      }
      const id = `${provider.id}/${account.name}`
      await store.commit([put('accounts', { ...account, id })])
      return account
    },
  }
}
