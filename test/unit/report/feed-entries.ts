import type { FeedEntry } from '../../../src/core/feed.ts'
import {
  type Attempt,
  type Delivery,
  type Event,
  type Outcome,
  toBody,
  type Webhook,
} from '../../../src/core/model.ts'
/** 14:32:15 in the time zone of whoever runs the tests. */
export const AT = new Date(2026, 9, 12, 14, 32, 15).getTime()

export const event = {
  id: 'evt_1',
  providerId: 'n-1',
  provider: 'acme',
  account: 'main',
  type: 'note.created',
  occurredAt: AT,
  body: toBody(Buffer.from('{"note":"é"}')),
} as Event

export const webhook = {
  id: 'whk_1',
  providerId: '7',
  url: 'http://127.0.0.1:3000/hooks',
  secret: 's',
} as Webhook

export function delivery(parts: Partial<Delivery> = {}): Delivery {
  return {
    id: 'del_1',
    provider: 'acme',
    account: 'main',
    event: 'evt_1',
    webhook: 'whk_1',
    cause: 'event',
    status: 'pending',
    reason: null,
    attempts: 1,
    delaysUsed: 0,
    nextAttemptAt: null,
    resendOf: null,
    createdAt: AT,
    settledAt: null,
    ...parts,
  } as Delivery
}

export const responded = (status: number): Outcome => ({
  kind: 'responded',
  status,
  headers: [['Content-Type', 'text/plain']],
  body: toBody(Buffer.from('no')),
  truncated: false,
})

export function attempt(outcome: Outcome | null, parts: Partial<Attempt> = {}): Attempt {
  return {
    id: 'att_1',
    providerId: 'a-1',
    delivery: 'del_1',
    event: 'evt_1',
    webhook: 'whk_1',
    number: 1,
    sequence: 1,
    sentAt: AT,
    signedAt: AT,
    request: {
      method: 'POST',
      url: webhook.url,
      sentTo: webhook.url,
      headers: [['X-Signature', 'sha256=ab']],
      body: null,
    },
    signature: { scheme: 'hmac-sha256', content: '{"note":"é"}' },
    outcome,
    durationMs: 23.4,
    faults: [],
    ...parts,
  } as Attempt
}

export function attemptEntry(
  outcome: Outcome | null,
  { limit = 4, ...parts }: Partial<Attempt> & { limit?: number | null; delivery?: never } = {},
  of: Partial<Delivery> = {},
): FeedEntry {
  return {
    type: 'attempt',
    attempt: attempt(outcome, parts),
    delivery: delivery(of),
    event,
    webhook,
    attemptLimit: limit,
    delayMs: of.nextAttemptAt == null ? null : of.nextAttemptAt - AT - (parts.durationMs ?? 23.4),
  }
}
