import type { AccountName, ProviderId } from './ids.ts'

/** A test customer of a provider. Accounts never see each other's webhooks. */
export interface Account {
  readonly provider: ProviderId
  readonly name: AccountName
  /** Request headers that authenticate it, by name: ready to be sent as they are. */
  readonly credentials: Readonly<Record<string, string>>
  /** What it may do; null where the provider knows no scopes. */
  readonly scopes: readonly string[] | null
}
