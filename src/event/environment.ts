import type { AccountName } from '../core/random.ts'
import { inEnvironment } from '../spec/delivery-policy.ts'
import type { Provider } from '../spec/provider.ts'
import type { Store, StoredAccount } from '../state/store.ts'

/**
 * A provider as it is for one of its accounts: in the environment that the account's key is for. For an event of every
 * account, in that of the first one: of all, or of those that the event is for.
 */
export async function providerFor(
  provider: Provider,
  name: AccountName,
  store: Pick<Store, 'accounts'>,
): Promise<Provider> {
  if (provider.environments.size === 0) return provider
  const fixed = provider.accounts.find((account) => account.name === name)
  if (fixed !== undefined) return inEnvironment(provider, fixed.environment)
  const made = (await store.accounts()).find((one) => one.provider === provider.id && one.name === name)
  return inEnvironment(provider, made === undefined ? null : environmentOf(made, provider))
}

/** That of the first account, where the state is older than environments. */
export function environmentOf(
  { environment }: Pick<StoredAccount, 'environment'>,
  provider: Provider | undefined,
): string | null {
  return environment ?? provider?.accounts[0]?.environment ?? null
}
