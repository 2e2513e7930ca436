import { MockError } from '../core/errors.ts'
import type { Account, Webhook } from '../core/model.ts'
import type { AccountName, ProviderId } from '../core/random.ts'
import { suggestion } from '../core/text.ts'
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

/** @throws MockError (input) with the nearest known id. */
export function providerNamed({ providers }: Pick<MockParts, 'providers'>, name: string): Provider {
  const provider = providers.get(name as ProviderId)
  if (provider !== undefined) return provider
  throw new MockError('input', 'UNKNOWN_PROVIDER', `Failed to find the provider "${name}".`, {
    hint: suggestion(String(name), [...providers.keys()]),
  })
}

/** The named account of a provider; nobody named: its first. */
export async function accountNamed(
  { accounts }: Pick<MockParts, 'accounts'>,
  provider: Provider,
  name: string | undefined,
): Promise<Account> {
  if (name === undefined) return accounts.first(provider)
  const account = await accounts.find(provider.id, name as AccountName)
  if (account !== undefined) return account
  const known = (await accounts.list(provider.id)).map((one) => one.name)
  throw new MockError('input', 'UNKNOWN_ACCOUNT', `Failed to find the account "${name}" of ${provider.id}.`, {
    hint: suggestion(name, known),
  })
}

/** @throws MockError (input) with the nearest known scope */
export function checkScopes({ id, scopes: known }: Provider, scopes: readonly string[] = []): void {
  const unknown = scopes.find((scope) => !known.includes(scope))
  if (unknown === undefined) return
  throw new MockError('input', 'UNKNOWN_SCOPE', `Failed to find the scope "${unknown}" of ${id}.`, {
    hint: known.length === 0 ? `${id} knows no scopes.` : suggestion(unknown, known),
  })
}
