import { makeEvent } from '../../event/emit-event.ts'
import { newDelivery } from '../../event/new-delivery.ts'
import { put } from '../../state/store.ts'
import type { Call, Done } from '../call.ts'
import { findWebhook } from '../find-webhook.ts'
import { LogEntry } from '../log-entry.ts'

/** One attempt of a test event at this webhook alone, whatever it watches and even when it is switched off. */
export async function sendTest(call: Call): Promise<Done> {
  const found = await findWebhook(call)
  if ('problem' in found) return found
  const { webhook } = found
  const { parts, provider, account, mock } = call
  const { event, changes } = await makeEvent(parts, { provider, account, type: mock.event ?? '' })
  const pending = newDelivery(event, webhook, { chance: parts.chance, now: parts.clock.now(), cause: 'test' })
  await parts.store.commit([...changes, put('events', event), put('deliveries', pending)])
  parts.feed.publish({ type: 'event', event, deliveries: [pending], skipped: [] })
  const { delivery, attempt } = await parts.queue.attemptNow(pending)
  return { result: new LogEntry({ attempt, delivery, event, webhook, provider }) }
}
