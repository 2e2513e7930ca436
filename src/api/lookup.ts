import { MockError } from '../core/errors.ts'
import { asText, type Json } from '../core/json.ts'
import { type Account, EVERY_ACCOUNT, type Webhook } from '../core/model.ts'
import type { AccountName } from '../core/random.ts'
import { suggestion } from '../core/text.ts'
import { findNamed, nameHint } from '../spec/names.ts'
import type { Provider } from '../spec/provider.ts'
import { type Call, type MockParts, problem, type RequestProblem } from './context.ts'

/** The webhook that the request names, or why there is none for this account. */
export async function findWebhook({
  parts,
  provider,
  mock,
  account,
  path,
  query,
}: Call): Promise<{ webhook: Webhook } | { problem: RequestProblem }> {
  const name = mock.webhook ?? 'id'
  const id = String(path[name] ?? query[name])
  const place = `${name in path ? 'path' : 'query'}/${name}`
  const named = await parts.store.webhookAt(provider.id, id)
  if (named === undefined) return { problem: problem('not-found', { place, id, reason: 'does not exist' }) }
  return named.account === account.name
    ? { webhook: named }
    : { problem: problem('forbidden', { place, id, reason: 'belongs to another account' }) }
}

/** The provider that is served under a name: see {@link findNamed}. @throws MockError (input) with the nearest known name. */
export function providerNamed({ providers }: Pick<MockParts, 'providers'>, name: Json | undefined): Provider {
  const served = [...providers.values()]
  const provider = findNamed(served, asText(name))
  if (provider !== undefined) return provider
  throw new MockError('input', 'UNKNOWN_PROVIDER', `Failed to find the provider "${asText(name)}".`, {
    hint: nameHint(served, asText(name)),
  })
}

/** Whose an event is: the named account's, the first one's if nobody is named, or every account's. */
export async function triggeringAccount(
  parts: Pick<MockParts, 'accounts'>,
  provider: Provider,
  name: Json | undefined,
): Promise<AccountName> {
  return name === EVERY_ACCOUNT ? EVERY_ACCOUNT : (await accountNamed(parts, provider, name)).name
}

/** The named account of a provider; nobody named: its first. */
export async function accountNamed(
  { accounts }: Pick<MockParts, 'accounts'>,
  provider: Provider,
  name: Json | undefined,
): Promise<Account> {
  if (name === undefined) return accounts.first(provider)
  const account = await accounts.find(provider.id, name as AccountName)
  if (account !== undefined) return account
  const known = (await accounts.list(provider.id)).map((one) => one.name)
  throw new MockError(
    'input',
    'UNKNOWN_ACCOUNT',
    `Failed to find the account "${asText(name)}" of ${provider.id}.`,
    {
      hint: suggestion(asText(name), known),
    },
  )
}

/** @throws MockError (input) with the nearest known scope */
export function checkScopes(provider: Provider, scopes: readonly string[] = []): void {
  for (const scope of scopes) if (!provider.scopes.includes(scope)) throw unknownScope(provider, scope)
}

export function unknownScope({ id, scopes: known }: Provider, scope: string): MockError {
  return new MockError('input', 'UNKNOWN_SCOPE', `Failed to find the scope "${scope}" of ${id}.`, {
    hint: known.length === 0 ? `${id} knows no scopes.` : suggestion(scope, known),
  })
}

/** @throws MockError (input) for an environment that none of the providers has, with the nearest known one */
export function checkEnvironment(providers: readonly Provider[], environment: string | undefined): void {
  const known = environmentsOf(providers)
  if (environment !== undefined && !known.includes(environment))
    throw unknownEnvironment(providers, environment)
}

export function unknownEnvironment(providers: readonly Provider[], environment: string): MockError {
  const known = environmentsOf(providers)
  const [only] = providers.length === 1 ? providers : []
  const of = only === undefined ? '' : ` of ${only.id}`
  const none = only === undefined ? 'No provider that is served has any.' : `${only.id} has none.`
  return new MockError(
    'input',
    'UNKNOWN_ENVIRONMENT',
    `Failed to find the environment "${environment}"${of}.`,
    {
      hint: known.length === 0 ? none : suggestion(environment, known),
    },
  )
}

function environmentsOf(providers: readonly Provider[]): readonly string[] {
  return [...new Set(providers.flatMap(({ environments }) => [...environments.keys()]))]
}
