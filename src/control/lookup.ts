import type { Json } from '../core/json.ts'
import type { Account } from '../core/model.ts'
import type { AccountName, ProviderId } from '../core/random.ts'
import { suggestion } from '../core/text.ts'
import type { Provider } from '../spec/provider.ts'
import type { Scope } from '../state/store.ts'
import type { ControlParts } from './call.ts'
import { badField, badParameter } from './problems.ts'

/** The provider that a body names. @throws ControlProblem 422 with the nearest known */
export function providerNamed(parts: ControlParts, name: Json | undefined): Provider {
  const provider = parts.providers.get(name as ProviderId)
  if (provider !== undefined) return provider
  throw badField('/provider', unknownProvider(parts, name), 'unknown-name')
}

/** The account that a body names, or the provider's first. @throws ControlProblem 422 with the nearest known */
export async function accountNamed(
  parts: ControlParts,
  provider: Provider,
  name: Json | undefined,
): Promise<Account> {
  if (name === undefined) return parts.accounts.first(provider)
  const account = await parts.accounts.find(provider.id, name as AccountName)
  if (account !== undefined) return account
  const known = (await parts.accounts.list(provider.id)).map((one) => one.name)
  throw badField(
    '/account',
    `There is no account "${name}" of ${provider.id}. ${suggestion(String(name), known)}`,
    'unknown-name',
  )
}

/** The scope that query parameters name. @throws ControlProblem 400 for an unknown provider */
export function scopeOf(parts: ControlParts, { provider, account }: Readonly<Record<string, Json>>): Scope {
  if (provider !== undefined && !parts.providers.has(provider as ProviderId))
    throw badParameter('provider', unknownProvider(parts, provider))
  return { provider: provider as ProviderId | undefined, account: account as AccountName | undefined }
}

function unknownProvider(parts: ControlParts, name: Json | undefined): string {
  return `There is no provider "${name}". ${suggestion(String(name), [...parts.providers.keys()])}`
}
