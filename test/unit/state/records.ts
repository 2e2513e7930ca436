import type { Json } from '../../../src/core/json.ts'
import { type Attempt, type Delivery, type Event, toBody, type Webhook } from '../../../src/core/model.ts'
import type {
  AccountName,
  AttemptId,
  DeliveryId,
  EventId,
  ProviderId,
  WebhookId,
} from '../../../src/core/random.ts'
import { fromExport } from '../../../src/state/export.ts'
import { type Change, put, type Store } from '../../../src/state/store.ts'

export const ACME = 'acme' as ProviderId
export const MAIN = 'main' as AccountName

export function aWebhook(id: string, more: Partial<Webhook> = {}): Webhook {
  return {
    id: id as WebhookId,
    providerId: `p-${id}`,
    provider: ACME,
    account: MAIN,
    url: 'http://127.0.0.1:3000/hooks',
    secret: 'secret',
    retiredSecrets: [],
    enabled: true,
    filter: null,
    fields: {},
    createdAt: 1_000,
    updatedAt: 1_000,
    lastSucceededAt: null,
    deletedAt: null,
    failures: { count: 0, since: null },
    disabledBy: null,
    ...more,
  }
}

export function anEvent(id: string, more: Partial<Event> = {}): Event {
  return {
    id: id as EventId,
    providerId: `p-${id}`,
    provider: ACME,
    account: MAIN,
    type: 'thing.made',
    occurredAt: 2_000,
    body: toBody(Buffer.from(`{"id":"${id}","name":"Zoë"}`)),
    ...more,
  }
}

export function aDelivery(id: string, more: Partial<Delivery> = {}): Delivery {
  return {
    id: id as DeliveryId,
    provider: ACME,
    account: MAIN,
    event: 'evt_1' as EventId,
    webhook: 'whk_1' as WebhookId,
    cause: 'event',
    status: 'pending',
    reason: null,
    attempts: 0,
    delaysUsed: 0,
    nextAttemptAt: 3_000,
    resendOf: null,
    createdAt: 3_000,
    settledAt: null,
    ...more,
  }
}

export function settled(delivery: Delivery, at = 5_000): Delivery {
  return { ...delivery, status: 'succeeded', nextAttemptAt: null, settledAt: at, attempts: 1 }
}

export function anAttempt(id: string, more: Partial<Attempt> = {}): Attempt {
  return {
    id: id as AttemptId,
    providerId: `p-${id}`,
    delivery: 'del_1' as DeliveryId,
    event: 'evt_1' as EventId,
    webhook: 'whk_1' as WebhookId,
    number: 1,
    sequence: 1,
    sentAt: 4_000,
    signedAt: 4_000,
    request: {
      method: 'POST',
      url: 'http://127.0.0.1:3000/hooks',
      sentTo: 'http://127.0.0.1:3000/hooks',
      headers: [['content-type', 'application/json']],
      body: null,
    },
    signature: { scheme: 'hmac', content: 'x.y' },
    outcome: {
      kind: 'responded',
      status: 200,
      headers: [],
      body: toBody(Buffer.from('ok')),
      truncated: false,
    },
    durationMs: 3,
    faults: [],
    ...more,
  }
}

/** An event, its delivery and its one attempt, numbered: all settled. */
export function aSettledRound(number: number): readonly Change[] {
  const event = `evt_${number}` as EventId
  const delivery = `del_${number}` as DeliveryId
  return [
    put('events', anEvent(event)),
    put('deliveries', settled(aDelivery(delivery, { event }))),
    put('attempts', anAttempt(`att_${number}`, { event, delivery })),
  ]
}

export async function importState(store: Store, state: Json): Promise<void> {
  await store.replaceAll(await fromExport(state))
}
