import { describe, expect, it } from 'vitest'
import { attemptView, deliveryView, eventView, feedView, webhookView } from '../../../src/api/views.ts'
import { attempt, delivery, event, webhook } from '../control/records.ts'

const SENT = {
  method: 'POST',
  url: 'http://a.example/hooks',
  sentTo: 'http://127.0.0.1:3000/hooks',
  headers: [['X-Id', '1']],
  body: '{"ü":1}',
  bodyEncoding: 'utf8',
}
const NOTHING = {
  status: null,
  headers: [],
  body: null,
  bodyEncoding: null,
  truncated: false,
  error: null,
  code: null,
  hint: null,
}

describe('an event', () => {
  it('is shown with its time in ISO 8601 and its body as it is sent', () => {
    expect(eventView(event())).toEqual({
      id: 'evt_1',
      providerId: 'e-1',
      provider: 'acme',
      account: 'default',
      type: 'order.created',
      occurredAt: '2026-06-05T09:00:00.000Z',
      body: '{"ü":1}',
      bodyEncoding: 'utf8',
    })
  })
})

describe('an attempt', () => {
  it('has the body of its event unless it has its own', () => {
    expect(attemptView(attempt(), event()).request).toEqual(SENT)
    const own = attempt({ request: { ...attempt().request, body: { encoding: 'base64', text: '/w==' } } })
    expect(attemptView(own, event()).request).toEqual({ ...SENT, body: '/w==', bodyEncoding: 'base64' })
  })

  it('has no outcome while it is in flight', () => {
    expect(attemptView(attempt({ outcome: null, durationMs: null }), event())).toEqual({
      id: 'att_1',
      providerId: 'a-1',
      number: 1,
      sequence: 3,
      sentAt: '2026-06-05T09:00:00.001Z',
      signedAt: '2026-06-05T09:00:00.002Z',
      request: SENT,
      signature: { scheme: 'hmac', content: 'x' },
      outcome: null,
      durationMs: null,
      faults: [],
    })
  })

  it('shows what the receiver answered', () => {
    expect(attemptView(attempt(), event()).outcome).toEqual({
      ...NOTHING,
      kind: 'responded',
      status: 503,
      headers: [['Retry-After', '2']],
      body: 'no',
      bodyEncoding: 'utf8',
      truncated: true,
    })
  })

  it.each([
    [{ kind: 'timed-out', error: 'no answer within 10s' }, { error: 'no answer within 10s' }],
    [
      { kind: 'connection-failed', error: 'refused', code: 'ECONNREFUSED' },
      { error: 'refused', code: 'ECONNREFUSED' },
    ],
    [
      { kind: 'blocked', error: 'not loopback', hint: '--allow-host a' },
      { error: 'not loopback', hint: '--allow-host a' },
    ],
  ] as const)('shows that nothing was answered: %j', (outcome, shown) => {
    expect(attemptView(attempt({ outcome }), event()).outcome).toEqual({
      ...NOTHING,
      kind: outcome.kind,
      ...shown,
    })
  })
})

describe('a delivery', () => {
  it('names its event and webhook, and lists its attempts in order', () => {
    const attempts = [attempt({ number: 2, id: 'att_2' as never }), attempt()]
    const { attempts: shown, ...rest } = deliveryView(delivery(), event(), webhook(), attempts)
    expect(shown.map(({ id }) => id)).toEqual(['att_1', 'att_2'])
    expect(rest).toEqual({
      id: 'del_1',
      provider: 'acme',
      account: 'default',
      event: { id: 'evt_1', providerId: 'e-1', type: 'order.created' },
      webhook: { id: 'whk_1', providerId: '7', url: 'http://a.example/hooks' },
      cause: 'event',
      status: 'pending',
      reason: null,
      nextAttemptAt: '2026-06-05T09:00:10.000Z',
      resendOf: null,
      createdAt: '2026-06-05T09:00:00.000Z',
      settledAt: null,
    })
  })
})

describe('a webhook', () => {
  it('is shown with its secret, without its past', () => {
    expect(webhookView(webhook())).toEqual({
      id: 'whk_1',
      providerId: '7',
      provider: 'acme',
      account: 'default',
      url: 'http://a.example/hooks',
      secret: 's3cr3t',
      enabled: true,
      filter: null,
      fields: { name: 'x' },
      createdAt: '2026-06-05T09:00:00.000Z',
    })
  })
})

describe('an entry of the feed', () => {
  it('bears its type, and shows a delivery without its attempts', () => {
    const view = feedView({ type: 'settled', delivery: delivery(), event: event(), webhook: webhook() })
    expect(view).toEqual({ type: 'settled', delivery: deliveryView(delivery(), event(), webhook(), []) })
  })
})
