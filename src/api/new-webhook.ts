import type { Account } from '../core/account.ts'
import type { WebhookId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import type { Webhook } from '../core/webhook.ts'
import { newId } from '../event/new-id.ts'
import type { Provider } from '../spec/provider.ts'
import { put } from '../state/store.ts'
import type { MockParts } from './parts.ts'

export interface NewWebhook {
  readonly provider: Provider
  readonly account: Account
  readonly url: string
  readonly filter: readonly string[] | null
  readonly enabled?: boolean | undefined
  readonly fields: JsonObject
  readonly secret?: string | undefined
}

/** Makes a webhook and keeps it. */
export async function createWebhook(
  { store, chance, clock }: Pick<MockParts, 'store' | 'chance' | 'clock'>,
  { provider, account, url, filter, enabled = true, fields, secret }: NewWebhook,
): Promise<Webhook> {
  const { id, changes } = await newId(provider.resource.id, `${provider.id}:webhook`, { store, chance })
  const now = clock.now()
  const webhook: Webhook = {
    id: chance.webhook() as WebhookId,
    providerId: id,
    provider: provider.id,
    account: account.name,
    url,
    secret: secret ?? newSecret(provider, chance),
    retiredSecrets: [],
    enabled,
    filter,
    fields,
    createdAt: now,
    updatedAt: now,
    lastSucceededAt: null,
    deletedAt: null,
    failures: { count: 0, since: null },
    disabledBy: null,
  }
  await store.commit([...changes, put('webhooks', webhook)])
  return webhook
}

export function newSecret({ resource: { secret } }: Provider, chance: MockParts['chance']): string {
  return `${secret.prefix ?? ''}${chance.text(secret.alphabet, secret.length)}`
}
