import type { JsonObject } from '../core/json.ts'
import type { Account, Webhook } from '../core/model.ts'
import type { WebhookId } from '../core/random.ts'
import { newId } from '../event/compose.ts'
import type { Provider } from '../spec/provider.ts'
import { sequenceOf } from '../state/sequences.ts'
import { type Change, put } from '../state/store.ts'
import type { MockParts } from './context.ts'

interface NewWebhook {
  readonly provider: Provider
  readonly account: Account
  readonly url: string
  readonly filter: readonly string[] | null
  readonly enabled?: boolean | undefined
  readonly fields: JsonObject
  readonly secret?: string | undefined
}

/** What is kept in the same commit as a webhook. */
type AlongWith = (webhook: Webhook) => readonly Change[]

const nothing: AlongWith = () => []

/** Creates a webhook and stores it; with a new secret unless one is passed. */
export async function createWebhook(
  { store, rng, clock }: Pick<MockParts, 'store' | 'rng' | 'clock'>,
  { provider, account, url, filter, enabled = true, fields, secret }: NewWebhook,
  along = nothing,
): Promise<Webhook> {
  const { id, changes } = await newId(provider.resource.id, sequenceOf(provider.id, 'webhook'), {
    store,
    rng,
    clock,
  })
  const now = clock.now()
  const webhook: Webhook = {
    id: rng.webhook() as WebhookId,
    providerId: id,
    provider: provider.id,
    account: account.name,
    url,
    secret: secret ?? newSecret(provider, rng),
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
    ...(!enabled && { switchedOffAt: now }),
  }
  await store.commit([...changes, put('webhooks', webhook), ...along(webhook)])
  return webhook
}

export function newSecret({ resource: { secret } }: Provider, rng: MockParts['rng']): string {
  return `${secret.prefix ?? ''}${rng.text(secret.alphabet, secret.length)}`
}

/** Changes a stored webhook, one change at a time; undefined when it has been deleted. */
export function changeWebhook(
  { store, mutex }: Pick<MockParts, 'store' | 'mutex'>,
  id: WebhookId,
  change: (webhook: Webhook) => Webhook,
  along = nothing,
): Promise<Webhook | undefined> {
  return mutex(id, async () => {
    const webhook = await store.webhook(id)
    if (webhook === undefined || webhook.deletedAt !== null) return undefined
    const changed = change(webhook)
    await store.commit([put('webhooks', changed), ...along(changed)])
    return changed
  })
}
