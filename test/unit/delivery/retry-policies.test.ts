import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/core/json.ts'
import { type Delivery, type Outcome, toBody } from '../../../src/core/model.ts'
import { nextStep } from '../../../src/delivery/retry.ts'
import { compileDelivery } from '../../../src/spec/delivery-policy.ts'
import type { DeliveryKeyword, FailureClass } from '../../../src/spec/vocabulary.ts'
import { loadKeywordValidators } from '../../../src/spec/vocabulary-schema.ts'
import { D, H, M, S } from './policies.ts'

type Policy = Omit<DeliveryKeyword, 'eventId' | 'attemptId'>
const times = (count: number, ms: number) => Array<number>(count).fill(ms)
const doubling = (base: number, count: number, cap = Number.POSITIVE_INFINITY) =>
  Array.from({ length: count }, (_, n) => Math.min(base * 2 ** n, cap))

const SVIX = ['5s', '5m', '30m', '2h', '5h', '10h', '10h']
const NOT_2XX: readonly FailureClass[] = ['connect', 'dns', 'tls', 'timeout', '3xx', '4xx', '5xx']
/**
 * What real systems document, as a document says it, with the delays that follow from it. Where a system does not
 * publish its delays, the row keeps what it does publish: how many, and for how long.
 */
const SYSTEMS: readonly (readonly [system: string, policy: Policy, delays: readonly number[]])[] = [
  [
    'Standard Webhooks',
    {
      timeout: '20s',
      schedule: { delays: ['5s', '5m', '30m', '2h', '5h', '10h', '14h', '20h', '24h'] },
      retryAfter: 'honour',
      disable: { statuses: [410] },
    },
    [5 * S, 5 * M, 30 * M, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H],
  ],
  [
    'Svix, Resend, 360Learning',
    { timeout: '15s', schedule: { delays: SVIX }, jitter: { plusMinus: 0.2 }, retryOn: NOT_2XX },
    [5 * S, 5 * M, 30 * M, 2 * H, 5 * H, 10 * H, 10 * H],
  ],
  [
    'Convoy, exponential',
    {
      schedule: { base: '10s', factor: 2, cap: '7200s', attempts: 13 },
      jitter: { add: 0, min: '5s', max: '5s' },
    },
    // Half of 0 to 5 s is added.
    doubling(10 * S, 12, 7200 * S).map((delay) => delay + 2.5 * S),
  ],
  ['Convoy, linear', { schedule: { base: '30s', factor: 1, attempts: 4 } }, times(3, 30 * S)],
  [
    'Outpost',
    { timeout: '5s', schedule: { base: '30s', factor: 2, attempts: 11 }, disable: { after: 100 } },
    doubling(30 * S, 10),
  ],
  [
    'Outpost, a list',
    // biome-ignore lint/suspicious/noThenProperty: the vocabulary's own word
    { schedule: { delays: ['1s', '5s'], then: 'repeat-last', attempts: 5 } },
    [S, 5 * S, 5 * S, 5 * S],
  ],
  [
    'Hook0',
    {
      schedule: {
        delays: ['3s', '10s', '3m', '30m', '1h', '3h', '5h', '10h'],
        // biome-ignore lint/suspicious/noThenProperty: the vocabulary's own word
        then: 'repeat-last',
        attempts: 24,
        window: '8d',
      },
      jitter: { add: 0.1, min: '2s', max: '15m' },
    },
    // Half of a tenth is added, at least of 2 s and at most of 15 min.
    [
      ...[4 * S, 11 * S, 3 * M + 9 * S, 31.5 * M, 63 * M],
      ...[3 * H, 5 * H, ...times(16, 10 * H)].map((delay) => delay + 7.5 * M),
    ],
  ],
  ['WebhookX', { timeout: '10s', schedule: { delays: ['3600s', '3600s'] } }, [H, H]],
  ['Stripe, live', { schedule: { base: '1m', factor: 2, window: '3d' } }, doubling(M, 12)],
  ['Stripe, sandbox', { schedule: { base: '1h', factor: 1, attempts: 4 } }, times(3, H)],
  ['GitHub', { timeout: '10s', schedule: { delays: [] } }, []],
  [
    'Shopify',
    {
      timeout: '5s',
      schedule: { base: '56s', factor: 2, attempts: 9, window: '4h' },
      disable: { after: 8, how: 'delete' },
    },
    doubling(56 * S, 8),
  ],
  ['Slack', { timeout: '3s', schedule: { delays: ['0', '1m', '5m'] } }, [0, M, 5 * M]],
  [
    'Paddle, live',
    { timeout: '5s', success: ['200'], schedule: { base: '1m', factor: 1.06, attempts: 61, window: '3d' } },
    Array.from({ length: 60 }, (_, n) => Math.round(M * 1.06 ** n)),
  ],
  [
    'Twilio',
    { schedule: { delays: ['0', '0', '0', '0', '0'] }, retryOn: ['5xx', 'connect', 'timeout'] },
    times(5, 0),
  ],
  [
    'Razorpay',
    { schedule: { base: '1m', factor: 2, window: '24h' }, disable: { after: 1 } },
    doubling(M, 10),
  ],
  ['Dynamic, live', { schedule: { delays: ['15s', '1m', '10m', '1h', '1d'] } }, [15 * S, M, 10 * M, H, D]],
  ['Dynamic, sandbox', { schedule: { delays: ['15s', '45s'] } }, [15 * S, 45 * S]],
  [
    'Tidio',
    { timeout: '4s', schedule: { delays: ['5s', '10s', '30s', '1m', '3m', '10m', '30m', '1h', '3h'] } },
    [5 * S, 10 * S, 30 * S, M, 3 * M, 10 * M, 30 * M, H, 3 * H],
  ],
  [
    'Circle',
    { schedule: { delays: ['1s', '10s', '30s', '1m', '15m', '1h', '3h', '5h', '6h', '10h', '11h'] } },
    [S, 10 * S, 30 * S, M, 15 * M, H, 3 * H, 5 * H, 6 * H, 10 * H, 11 * H],
  ],
  [
    'Circle, test',
    { schedule: { delays: ['1s', '10s', '30s', '1m', '15m', '1h'] } },
    [S, 10 * S, 30 * S, M, 15 * M, H],
  ],
  [
    'Apideck',
    { schedule: { delays: ['3m', '5m', '10m', '30m', '1h', '2h', '4h', '8h', '12h'], window: '24h' } },
    [3 * M, 5 * M, 10 * M, 30 * M, H, 2 * H, 4 * H, 8 * H],
  ],
  [
    'Recurly',
    {
      schedule: { delays: Array.from({ length: 10 }, (_, x) => `${10 + x * 2 ** (x + 5)}s`) },
      inOrder: true,
    },
    Array.from({ length: 10 }, (_, x) => (10 + x * 2 ** (x + 5)) * S),
  ],
  [
    'NMI',
    {
      success: ['200'],
      schedule: {
        delays: [
          '15s',
          ...Array(3).fill('1m'),
          '5m',
          '15m',
          '30m',
          ...Array(10).fill('1h'),
          '12h',
          '12h',
          '24h',
        ],
      },
    },
    [15 * S, ...times(3, M), 5 * M, 15 * M, 30 * M, ...times(10, H), 12 * H, 12 * H, 24 * H],
  ],
  [
    'Truecaller',
    { timeout: '20s', schedule: { delays: ['2m', '6m', '30m', '1h', '5h', '1d', '2d'] } },
    [2 * M, 6 * M, 30 * M, H, 5 * H, D, 2 * D],
  ],
  [
    'Dialpad, calls',
    { timeout: '5s', schedule: { base: '2s', factor: 2, attempts: 4 }, retryOn: ['5xx'] },
    [2 * S, 4 * S, 8 * S],
  ],
  [
    'Dialpad, messages',
    {
      timeout: '5s',
      schedule: { delays: ['30s', '1m', '2m', '4m', '8m', '16m', '32m', '60m', '60m', '60m'] },
      retryOn: ['5xx'],
    },
    [30 * S, M, 2 * M, 4 * M, 8 * M, 16 * M, 32 * M, H, H, H],
  ],
  [
    'Dialpad, other',
    { timeout: '5s', schedule: { base: '100ms', factor: 2, attempts: 5 }, retryOn: ['5xx'] },
    [100, 200, 400, 800],
  ],
  ['Sanity', { schedule: { delays: ['30s', '30s'] }, retryOn: ['429', '5xx'] }, [30 * S, 30 * S]],
  [
    'Prolific',
    { schedule: { base: '1m', factor: 2, attempts: 12 }, jitter: 'full' },
    // Half of each.
    doubling(M, 11).map((delay) => delay / 2),
  ],
  [
    'Podium',
    {
      success: ['200'],
      schedule: { base: '1m', factor: 1.47, attempts: 15, window: '8h' },
      inOrder: true,
      disable: { after: 1 },
    },
    Array.from({ length: 14 }, (_, n) => Math.round(M * 1.47 ** n)),
  ],
  [
    'CloudEvents',
    { schedule: { delays: ['10s'] }, retryAfter: 'honour', disable: { statuses: [410] } },
    [10 * S],
  ],
]

const RETRIED: Readonly<Record<string, Outcome>> = {
  '5xx': responded(503),
  '429': responded(429),
  '4xx': responded(404),
  '3xx': responded(302),
  timeout: { kind: 'timed-out', error: 'no answer' },
  connect: { kind: 'connection-failed', error: 'refused', code: 'ECONNREFUSED' },
  dns: { kind: 'connection-failed', error: 'unknown', code: 'ENOTFOUND' },
  tls: { kind: 'tls-failed', error: 'self-signed', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
}

function responded(status: number): Outcome {
  return { kind: 'responded', status, headers: [], body: toBody(Buffer.alloc(0)), truncated: false }
}

const PENDING = {
  cause: 'event',
  status: 'pending',
  attempts: 1,
  delaysUsed: 0,
  nextAttemptAt: 0,
  createdAt: 0,
} as Delivery

/** The delays of a delivery that keeps failing with `outcome`, the jitter in its middle. */
function delays(policy: Policy, outcome: Outcome): readonly number[] {
  const compiled = compileDelivery({ ...policy, eventId: { format: 'uuid' }, attemptId: { format: 'uuid' } })
  const found: number[] = []
  let delivery = PENDING
  let now = 0
  for (;;) {
    delivery = nextStep({ delivery, outcome, policy: compiled, now, wall: now, fraction: 0.5 })
    if (delivery.nextAttemptAt === null) return found
    found.push(delivery.nextAttemptAt - now)
    now = delivery.nextAttemptAt
    delivery = { ...delivery, attempts: delivery.attempts + 1 }
  }
}

describe.each(SYSTEMS)('%s', (_, policy, expected) => {
  it('is stated in the vocabulary and yields its schedule', async () => {
    const validators = await loadKeywordValidators()
    const keyword = { ...policy, eventId: { format: 'uuid' }, attemptId: { format: 'uuid' } }
    expect(validators['x-mock-delivery'](keyword as unknown as Json)).toEqual([])
    const outcome = policy.retryOn?.includes('5xx') === false ? responded(429) : responded(500)
    expect(delays(policy, outcome)).toEqual(expected)
  })

  it('is retried on what it says, and on nothing else', () => {
    const { retryOn } = policy
    for (const [name, outcome] of Object.entries(RETRIED)) {
      const isRetried =
        expected.length > 0 &&
        (retryOn === undefined ||
          retryOn.includes(name as FailureClass) ||
          (name === '429' && retryOn.includes('4xx')))
      expect([name, delays(policy, outcome).length > 0]).toEqual([name, isRetried])
    }
  })
})
