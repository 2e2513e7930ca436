import type { WebhookId } from '../core/ids.ts'
import type { Webhook } from '../core/webhook.ts'
import { put } from '../state/store.ts'
import type { MockParts } from './parts.ts'

/** Reads a webhook, changes it and keeps it, with nobody else changing it meanwhile; undefined when it is gone. */
export function changeWebhook(
  { store, inTurn }: Pick<MockParts, 'store' | 'inTurn'>,
  id: WebhookId,
  change: (webhook: Webhook) => Webhook,
): Promise<Webhook | undefined> {
  return inTurn(id, async () => {
    const webhook = await store.webhook(id)
    if (webhook === undefined || webhook.deletedAt !== null) return undefined
    const changed = change(webhook)
    await store.commit([put('webhooks', changed)])
    return changed
  })
}
