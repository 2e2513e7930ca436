import { describe, expect, it } from 'vitest'
import type { ClockMode } from '../../../src/core/clock.ts'
import type { FeedEntry, RequestRecord } from '../../../src/core/feed.ts'
import type { Violation } from '../../../src/core/model.ts'
import { feedJson, feedLines } from '../../../src/report/feed.ts'
import { COLOURED, otherTarget, PLAIN, terminalLine } from '../../../src/report/terminal.ts'
import { AT, attemptEntry, delivery, event, responded, webhook } from './feed-entries.ts'

const lines = (entry: FeedEntry, clock: ClockMode = { kind: 'real' }) =>
  feedLines(entry, { style: PLAIN, clock, now: () => AT })

const violation: Violation = {
  by: 'client',
  provider: 'acme',
  operation: 'createWebhook',
  location: 'body/url',
  rule: 'format',
  message: 'must be a URL',
}
const request: RequestRecord = {
  id: 'req_1',
  at: AT,
  provider: 'acme',
  account: 'main',
  operation: 'createWebhook',
  method: 'POST',
  path: '/acme/api/v1/webhooks',
  status: 201,
  durationMs: 3.6,
  violations: [],
}
const source = { account: null, request: null, attempt: null, sent: null }
const skip = (reason: string) => ({ webhook: { id: 'whk_1', providerId: '7', url: webhook.url }, reason })

describe('feedLines', () => {
  it('tells of a request, and of each violation once', () => {
    const told = [
      ...lines({ type: 'request', request: { ...request, violations: [violation] } }),
      ...lines({ type: 'violation', violation: { ...violation, ...source } }),
    ]
    expect(told).toEqual([
      '14:32:15  api  POST /acme/api/v1/webhooks 201 (4ms)',
      '14:32:15   !   violation by the client: acme createWebhook: body/url must be a URL',
    ])
  })

  it.each<[number, readonly string[], string]>([
    [503, ['status'], '503 (4ms)  fault: status'],
    [200, ['latency', 'dribble'], '200 (4ms)  faults: latency, dribble'],
    [0, ['latency', 'reset', 'timeout'], 'reset (4ms)  faults: latency, reset, timeout'],
    [0, [], 'no answer (4ms)'],
    [200, [], '200 (4ms)'],
  ])('shows the faults of a request: %d %j', (status, faults, text) => {
    expect(lines({ type: 'request', request: { ...request, status, faults } })).toEqual([
      `14:32:15  api  POST /acme/api/v1/webhooks ${text}`,
    ])
  })

  it('names the provider where several variants of it are served', () => {
    const ambiguous = new Set<string>([event.provider])
    const named = (entry: FeedEntry) =>
      feedLines(entry, { style: PLAIN, clock: { kind: 'real' }, now: () => AT, ambiguous })
    expect(named({ type: 'event', event, deliveries: [delivery()], skipped: [] })).toEqual([
      `14:32:15  -->  ${event.provider} note.created [evt_1]`,
    ])
    const entry = attemptEntry(responded(200))
    expect(named(entry)[0]).toBe(lines(entry)[0]?.replace('[200]', `${event.provider} [200]`))
  })

  it('tells of an event, and why it is not delivered', () => {
    const entry = (deliveries: number, reasons: readonly string[]): FeedEntry => ({
      type: 'event',
      event,
      deliveries: Array.from({ length: deliveries }, () => delivery()),
      skipped: reasons.map(skip),
    })
    const watches = 'watches 0123.456.789, the event is for 0403.170.701'
    expect(lines(entry(1, []))).toEqual(['14:32:15  -->  note.created [evt_1]'])
    expect(lines(entry(0, [watches]))).toEqual([
      '14:32:15  -->  note.created [evt_1]',
      '14:32:15  -x-  no delivery: 1 webhook watches 0123.456.789, the event is for 0403.170.701',
    ])
    expect(lines(entry(0, [])).at(-1)).toBe(
      '14:32:15  -x-  no delivery: no webhook is registered with acme for this account',
    )
    const reason = 'no webhook is registered with acme for this account'
    expect(
      lines({ type: 'event', event, deliveries: [], skipped: [{ webhook: null, reason }] }).slice(1),
    ).toEqual([`14:32:15  -x-  no delivery: ${reason}`])
    expect(lines(entry(1, ['is switched off', watches, 'is switched off'])).slice(1)).toEqual([
      '14:32:15  -x-  not delivered: 2 webhooks, each is switched off',
      '14:32:15  -x-  not delivered: 1 webhook watches 0123.456.789, the event is for 0403.170.701',
    ])
  })

  it.each<[string, FeedEntry, string[]]>([
    [
      'a refusal that is retried',
      attemptEntry(responded(503), {}, { nextAttemptAt: AT + 10_023 }),
      ['14:32:15  <--  [503] POST http://127.0.0.1:3000/hooks (23ms) attempt 1/4, next in 10s'],
    ],
    [
      'a success without a limit of attempts',
      attemptEntry(responded(200), { number: 3, limit: null }, { status: 'succeeded' }),
      ['14:32:15  <--  [200] POST http://127.0.0.1:3000/hooks (23ms) attempt 3'],
    ],
    [
      'an attempt with a fault',
      attemptEntry(responded(401), { faults: ['bad-signature'] }, { nextAttemptAt: AT + 10_023 }),
      [
        '14:32:15  <--  [401] POST http://127.0.0.1:3000/hooks (23ms) attempt 1/4, next in 10s, fault: bad-signature',
      ],
    ],
    [
      'one with several',
      attemptEntry(responded(200), { faults: ['delay', 'duplicate'] }),
      ['14:32:15  <--  [200] POST http://127.0.0.1:3000/hooks (23ms) attempt 1/4, faults: delay, duplicate'],
    ],
    [
      'a time-out',
      attemptEntry(
        { kind: 'timed-out', error: 'no answer in 10s' },
        { durationMs: 10_000 },
        { nextAttemptAt: AT + 70_000 },
      ),
      ['14:32:15  <--  [timed out] POST http://127.0.0.1:3000/hooks (10000ms) attempt 1/4, next in 1m'],
    ],
    [
      'a refused connection',
      attemptEntry(
        { kind: 'connection-failed', error: 'refused', code: 'ECONNREFUSED' },
        {},
        { nextAttemptAt: AT + 273 },
      ),
      ['14:32:15  <--  [ECONNREFUSED] POST http://127.0.0.1:3000/hooks (23ms) attempt 1/4, next in 250ms'],
    ],
    [
      'an interruption',
      attemptEntry({ kind: 'interrupted', error: 'the mock was stopped' }),
      ['14:32:15  <--  [interrupted] POST http://127.0.0.1:3000/hooks (23ms) attempt 1/4'],
    ],
    [
      'a block',
      attemptEntry({
        kind: 'blocked',
        error: 'example.be is not loopback',
        hint: 'add --allow-host example.be or --forward …',
      }),
      ['14:32:15  -x-  blocked: example.be is not loopback; add --allow-host example.be or --forward …'],
    ],
    ['an attempt in flight', attemptEntry(null), []],
  ])('tells of %s', (_, entry, expected) => {
    expect(lines(entry)).toEqual(expected)
  })

  it('shows where a forwarded request really went', () => {
    const forwarded = {
      method: 'POST',
      url: 'https://example.be/hooks',
      sentTo: 'http://127.0.0.1:3000/hooks',
      headers: [],
      body: null,
    }
    expect(lines(attemptEntry(responded(200), { request: forwarded }))).toEqual([
      '14:32:15  <--  [200] POST https://example.be/hooks -> http://127.0.0.1:3000/hooks (23ms) attempt 1/4',
    ])
  })

  it('tells why a delivery was given up, and nothing more of one that succeeded or was blocked', () => {
    const settled = (parts: Parameters<typeof delivery>[0]) =>
      lines({ type: 'settled', delivery: delivery({ settledAt: AT, ...parts }), event, webhook })
    expect(settled({ status: 'exhausted', reason: 'no attempt is left of 4' })).toEqual([
      '14:32:15  -x-  gave up on note.created [evt_1]: no attempt is left of 4',
    ])
    expect(settled({ status: 'cancelled', reason: 'the webhook was deleted' })).toEqual([
      '14:32:15  -x-  cancelled note.created [evt_1]: the webhook was deleted',
    ])
    expect(settled({ status: 'succeeded' })).toEqual([])
    expect(settled({ status: 'blocked', reason: 'x' })).toEqual([])
  })

  it('tells violations and notices', () => {
    expect(
      lines({ type: 'violation', violation: { ...violation, ...source, by: 'receiver', operation: null } }),
    ).toEqual(['14:32:15   !   violation by the receiver: acme: body/url must be a URL'])
    const named = { ...violation, ...source, location: 'body', message: 'body must have a body' }
    expect(lines({ type: 'violation', violation: named })).toEqual([
      '14:32:15   !   violation by the client: acme createWebhook: body must have a body',
    ])
    expect(lines({ type: 'notice', text: 'a torn last line was dropped' })).toEqual([
      '14:32:15   i   a torn last line was dropped',
    ])
  })

  it('is coloured for a terminal', () => {
    const [line] = feedLines(attemptEntry(responded(503)), {
      style: COLOURED,
      clock: { kind: 'real' },
      now: () => AT,
    })
    expect(terminalLine(line ?? '')).toContain('\u001b[31m[503]\u001b[39m')
  })
})

describe('feedJson', () => {
  it('is one line in the shapes of the control API', () => {
    expect(
      JSON.parse(
        feedJson({ type: 'event', event, deliveries: [delivery()], skipped: [skip('is switched off')] }),
      ),
    ).toEqual({
      type: 'event',
      event: {
        id: 'evt_1',
        providerId: 'n-1',
        provider: 'acme',
        account: 'main',
        type: 'note.created',
        occurredAt: new Date(AT).toISOString(),
        body: '{"note":"é"}',
        bodyEncoding: 'utf8',
      },
      deliveries: [{ id: 'del_1', webhook: 'whk_1', status: 'pending' }],
      skipped: [skip('is switched off')],
    })
    const line = feedJson(attemptEntry(responded(503), {}, { nextAttemptAt: AT + 10_000 }))
    expect(line).not.toContain('\n')
    expect(JSON.parse(line)).toMatchObject({
      type: 'attempt',
      attempt: {
        number: 1,
        request: { method: 'POST', body: '{"note":"é"}', bodyEncoding: 'utf8' },
        outcome: { kind: 'responded', status: 503, body: 'no', error: null },
      },
      delivery: {
        id: 'del_1',
        webhook: { id: 'whk_1', providerId: '7', url: webhook.url },
        nextAttemptAt: new Date(AT + 10_000).toISOString(),
      },
      attemptLimit: 4,
    })
    expect(JSON.parse(feedJson({ type: 'request', request }))).toEqual({
      type: 'request',
      request: { ...request, at: new Date(AT).toISOString() },
    })
  })
})

describe('otherTarget', () => {
  it.each([
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/', null],
    ['http://127.0.0.1:3000/a', 'http://127.0.0.1:3000/b', 'http://127.0.0.1:3000/b'],
    ['http://127.0.0.1:3000', null, null],
  ])('of %s sent to %s', (url, sentTo, expected) => {
    expect(otherTarget({ url, sentTo })).toBe(expected)
  })
})
