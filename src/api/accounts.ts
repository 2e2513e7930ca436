import { type Clock, later } from '../core/clock.ts'
import { headerOf } from '../core/headers.ts'
import type { JsonObject } from '../core/json.ts'
import { type Account, accountId } from '../core/model.ts'
import type { AccountName, ProviderId, Random } from '../core/random.ts'
import { parseDuration } from '../core/units.ts'
import { environmentOf } from '../event/environment.ts'
import type { TokenFacts } from '../event/value-sources.ts'
import type { Provider } from '../spec/provider.ts'
import type { TokenKeyword } from '../spec/vocabulary.ts'
import { put, type Store, tokenId } from '../state/store.ts'
import { type CallCounts, createCallCounts } from './calls.ts'

const BEARER = /^bearer +(\S+)$/i

/** Who may call: the accounts of the documents' fixtures and those made at run time. */
export interface Accounts extends CallCounts {
  list(provider: ProviderId): Promise<readonly Account[]>
  find(provider: ProviderId, name: AccountName): Promise<Account | undefined>
  /** As `list`, and the account whose access token a request carries once more: as one that has this token and its scopes. */
  callers(provider: ProviderId, headers: Readonly<Record<string, string>>): Promise<readonly Account[]>
  /** The account whose login has these fields as they are given. */
  byLogin(provider: Provider, fields: readonly string[], given: JsonObject): Promise<Account | undefined>
  /** A new access token. */
  issueToken(account: Account, rule: TokenKeyword, scopes: Account['scopes']): Promise<TokenFacts>
  /** The account used where nobody names one: the first of the fixtures. */
  first(provider: Provider): Account
  /** A new account with credentials of its own, like those of the first account of its environment; by default with that one's scopes, in the environment of the first account of all, and with a new name. */
  create(provider: Provider, wanted?: WantedAccount): Promise<Account>
}

export interface WantedAccount {
  readonly scopes?: readonly string[] | undefined
  readonly events?: readonly string[] | undefined
  readonly environment?: string | undefined
  readonly name?: AccountName | undefined
}

export function createAccounts(
  providers: ReadonlyMap<ProviderId, Provider>,
  { store, clock, rng }: { readonly store: Store; readonly clock: Clock; readonly rng: Random },
): Accounts {
  // A separate random stream, so that logins do not change the ids of later events.
  const tokens = rng.fork('tokens')
  const list = async (id: ProviderId) => {
    const provider = providers.get(id)
    const stored = (await store.accounts()).filter((account) => account.provider === id)
    const made = stored.map((account) => ({ ...account, environment: environmentOf(account, provider) }))
    return [...(provider?.accounts ?? []), ...made]
  }
  const first = (provider: Provider): Account => {
    const account = provider.accounts[0]
    if (account === undefined) throw new Error(`the provider ${provider.id} has no account`)
    return account
  }
  return {
    ...createCallCounts(store),
    list,
    first,
    find: async (id, name) => (await list(id)).find((account) => account.name === name),
    async callers(id, headers) {
      const accounts = await list(id)
      const [, value] = BEARER.exec(headerOf(headers, 'authorization') ?? '') ?? []
      const token = value === undefined ? undefined : await store.token(tokenId(id, value))
      const holder = accounts.find(({ name }) => name === token?.account)
      if (token === undefined || holder === undefined || token.expiresAt <= clock.now()) return accounts
      return [
        ...accounts,
        { ...holder, credentials: { Authorization: `Bearer ${value}` }, scopes: token.scopes },
      ]
    },
    async byLogin(provider, fields, given) {
      const isSame = ({ login }: Account) =>
        login !== undefined &&
        fields.every(
          (name) => Object.hasOwn(login, name) && Object.hasOwn(given, name) && login[name] === given[name],
        )
      return (await list(provider.id)).find(isSame)
    },
    async issueToken(account, { expires, prefix = '', alphabet = 'alphanumeric', length = 40 }, scopes) {
      const value = `${prefix}${tokens.text(alphabet, length)}`
      const { provider, name } = account
      const expiresInMs = parseDuration(expires)
      const issuedAt = clock.now()
      const kept = { provider, account: name, scopes, issuedAt, expiresAt: later(issuedAt, expiresInMs) }
      await store.commit([put('tokens', { ...kept, id: tokenId(provider, value) })])
      return { value, expiresInMs, scopes }
    },
    async create(provider, { scopes, events, environment, name } = {}) {
      const suffix = rng.text('alphanumeric', 10)
      const model = modelOf(provider, environment) ?? first(provider)
      const login = model.login ?? first(provider).login
      const available = events ?? model.events
      const account: Account = {
        provider: provider.id,
        name: name ?? (`account-${suffix}` as AccountName),
        credentials: ofItsOwn(model.credentials, suffix),
        scopes: scopes ?? model.scopes,
        ...(available !== undefined && { events: available }),
        ...(login !== undefined && { login: ofItsOwn(login, suffix) }),
        environment: environment ?? model.environment,
      }
      const id = `${provider.id}/${account.name}`
      await store.commit([put('accounts', { ...account, id })])
      return { ...account, providerId: accountId(account) }
    },
  }
}

/** The first account of the same environment, by whose credentials one knows which environment they are for. */
function modelOf({ accounts }: Provider, environment: string | undefined): Account | undefined {
  return accounts.find((account) => account.environment === environment)
}

function ofItsOwn(
  values: Readonly<Record<string, string>>,
  suffix: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, `${value}_${suffix}`]))
}
