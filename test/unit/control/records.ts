import type { Attempt, Delivery, Event, Webhook } from '../../../src/core/model.ts'

const AT = Date.UTC(2026, 5, 5, 9)
const OWNER = { provider: 'acme', account: 'default' }

export function event(changes: Partial<Event> = {}): Event {
  const body = { encoding: 'utf8', text: '{"ü":1}' }
  return {
    ...OWNER,
    id: 'evt_1',
    providerId: 'e-1',
    type: 'order.created',
    occurredAt: AT,
    body,
    ...changes,
  } as Event
}

export function webhook(changes: Partial<Webhook> = {}): Webhook {
  return {
    ...OWNER,
    id: 'whk_1',
    providerId: '7',
    url: 'http://a.example/hooks',
    secret: 's3cr3t',
    retiredSecrets: [],
    enabled: true,
    filter: null,
    fields: { name: 'x' },
    createdAt: AT,
    updatedAt: AT,
    lastSucceededAt: null,
    deletedAt: null,
    failures: { count: 0, since: null },
    disabledBy: null,
    ...changes,
  } as Webhook
}

export function delivery(changes: Partial<Delivery> = {}): Delivery {
  return {
    ...OWNER,
    id: 'del_1',
    event: 'evt_1',
    webhook: 'whk_1',
    cause: 'event',
    status: 'pending',
    reason: null,
    attempts: 1,
    delaysUsed: 1,
    nextAttemptAt: AT + 10_000,
    resendOf: null,
    createdAt: AT,
    settledAt: null,
    ...changes,
  } as Delivery
}

export function attempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    id: 'att_1',
    providerId: 'a-1',
    delivery: 'del_1',
    event: 'evt_1',
    webhook: 'whk_1',
    number: 1,
    sequence: 3,
    sentAt: AT + 1,
    signedAt: AT + 2,
    request: {
      method: 'POST',
      url: 'http://a.example/hooks',
      sentTo: 'http://127.0.0.1:3000/hooks',
      headers: [['X-Id', '1']],
      body: null,
    },
    signature: { scheme: 'hmac', content: 'x' },
    outcome: {
      kind: 'responded',
      status: 503,
      headers: [['Retry-After', '2']],
      body: { encoding: 'utf8', text: 'no' },
      truncated: true,
    },
    durationMs: 5,
    faults: [],
    ...changes,
  } as Attempt
}
