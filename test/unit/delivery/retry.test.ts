import { describe, expect, it } from 'vitest'
import { type Delivery, type Outcome, toBody, type Webhook } from '../../../src/core/model.ts'
import type { AccountName, DeliveryId, EventId, ProviderId, WebhookId } from '../../../src/core/random.ts'
import { failureClasses, isRetried, isSuccess, nextStep } from '../../../src/delivery/retry.ts'
import { webhookAfter } from '../../../src/delivery/webhook-health.ts'
import type { DeliveryPolicy } from '../../../src/spec/provider.ts'
import { H, policy } from './policies.ts'

const delivery: Delivery = {
  id: 'del_1' as DeliveryId,
  provider: 'acme' as ProviderId,
  account: 'main' as AccountName,
  event: 'evt_1' as EventId,
  webhook: 'whk_1' as WebhookId,
  cause: 'event',
  status: 'pending',
  reason: null,
  attempts: 1,
  delaysUsed: 0,
  nextAttemptAt: 0,
  resendOf: null,
  createdAt: 0,
  settledAt: null,
}
const responded = (status: number, headers: readonly (readonly [string, string])[] = []): Outcome => ({
  kind: 'responded',
  status,
  headers,
  body: toBody(Buffer.alloc(0)),
  truncated: false,
})
const refusedBy = {
  kind: 'connection-failed',
  error: 'connection refused by 127.0.0.1:3000',
  code: 'ECONNREFUSED',
} as const
const step = (outcome: Outcome, more: Partial<DeliveryPolicy> = {}, from: Partial<Delivery> = {}) => {
  const { status, reason, nextAttemptAt, delaysUsed, settledAt } = nextStep({
    delivery: { ...delivery, ...from },
    outcome,
    policy: policy(more),
    now: 1000,
    wall: Date.UTC(2025, 0, 1),
    fraction: 0,
  })
  return { status, reason, nextAttemptAt, delaysUsed, settledAt }
}

describe('nextStep', () => {
  it('settles a success', () => {
    expect(step(responded(204))).toEqual({
      status: 'succeeded',
      reason: null,
      nextAttemptAt: null,
      delaysUsed: 0,
      settledAt: 1000,
    })
  })

  it('counts a delay from the end of the attempt', () => {
    expect(step(responded(503))).toEqual({
      status: 'pending',
      reason: null,
      nextAttemptAt: 11_000,
      delaysUsed: 1,
      settledAt: null,
    })
    expect(step(refusedBy, {}, { delaysUsed: 2 })).toMatchObject({ nextAttemptAt: 301_000, delaysUsed: 3 })
  })

  it('ends with the schedule', () => {
    expect(step(responded(503), {}, { delaysUsed: 3, attempts: 4 })).toMatchObject({
      status: 'exhausted',
      reason: 'the schedule is used up after 4 attempts',
    })
  })

  it('does not retry what the provider does not', () => {
    expect(step(responded(400), { retryOn: ['5xx'] })).toMatchObject({
      status: 'exhausted',
      reason: 'the receiver answered 400, which this provider does not retry',
    })
    expect(step(refusedBy, { retryOn: ['5xx'] })).toMatchObject({
      status: 'exhausted',
      reason: 'connection refused by 127.0.0.1:3000, which this provider does not retry',
    })
  })

  it('sends a test once', () => {
    expect(step(responded(503), {}, { cause: 'test' })).toMatchObject({
      status: 'exhausted',
      reason: 'the receiver answered 503, and a test is sent once',
    })
  })

  it('goes on at once after an interruption, without using up the schedule', () => {
    expect(step({ kind: 'interrupted', error: 'x' }, {}, { delaysUsed: 2 })).toMatchObject({
      status: 'pending',
      nextAttemptAt: 1000,
      delaysUsed: 2,
    })
  })

  it('settles what is blocked, with the flag that would let it through', () => {
    expect(
      step({ kind: 'blocked', error: 'example.be is not loopback', hint: 'add --allow-host example.be' }),
    ).toMatchObject({ status: 'blocked', reason: 'example.be is not loopback; add --allow-host example.be' })
  })

  it.each<[DeliveryPolicy['retryAfter'], string, number]>([
    [{ kind: 'ignore' }, '120', 11_000],
    [{ kind: 'honour' }, '120', 121_000],
    [{ kind: 'honour' }, '2', 11_000],
    [{ kind: 'honour' }, 'Wed, 01 Jan 2025 00:01:00 GMT', 61_000],
    [{ kind: 'honour' }, 'Wednesday, 01-Jan-25 00:01:00 GMT', 61_000],
    [{ kind: 'honour' }, 'Wed Jan  1 00:01:00 2025', 61_000],
    [{ kind: 'honour' }, 'Tue, 31 Dec 2024 23:59:00 GMT', 11_000],
    [{ kind: 'honour' }, 'soon', 11_000],
    [{ kind: 'honour' }, 'soon, 2099', 11_000],
    [{ kind: 'honour' }, '2099-01-01', 11_000],
    [{ kind: 'honour' }, '-120', 11_000],
    [{ kind: 'honour' }, '120, 240', 11_000],
    [{ kind: 'clamp', to: 30_000 }, '120', 31_000],
  ])('Retry-After: %o, %s', (retryAfter, value, due) => {
    expect(step(responded(429, [['retry-after', value]]), { retryAfter }).nextAttemptAt).toBe(due)
  })
})

describe('failed tests', () => {
  it('are retried where the provider does that', () => {
    const test = { cause: 'test' } as const
    expect(step(responded(503), { retryTests: true }, test)).toMatchObject({
      status: 'pending',
      nextAttemptAt: 11_000,
    })
    expect(step(responded(503), {}, test).status).toBe('exhausted')
  })
})

describe('failures', () => {
  it.each<[Outcome, readonly string[]]>([
    [responded(503), ['503', '5xx']],
    [responded(429), ['429', '4xx']],
    [responded(302), ['302', '3xx']],
    [{ kind: 'timed-out', error: '' }, ['timeout']],
    [refusedBy, ['connect']],
    [{ ...refusedBy, code: 'ENOTFOUND' }, ['dns']],
    [{ kind: 'tls-failed', error: '', code: 'X' }, ['tls']],
  ])('%o', (outcome, classes) => {
    expect(failureClasses(outcome)).toEqual(classes)
  })

  it('knows what is retried and what succeeds', () => {
    expect(isRetried(responded(408), ['408', '5xx'])).toBe(true)
    expect(isRetried(responded(404), ['408', '5xx'])).toBe(false)
    expect(isRetried(responded(404), null)).toBe(true)
    expect([isSuccess(204, ['2xx']), isSuccess(204, ['200']), isSuccess(302, ['2xx'])]).toEqual([
      true,
      false,
      false,
    ])
  })
})

describe('webhookAfter', () => {
  const webhook = {
    enabled: true,
    deletedAt: null,
    lastSucceededAt: null,
    failures: { count: 0, since: null },
    disabledBy: null,
    updatedAt: 0,
  } as unknown as Webhook
  const health = (
    from: Partial<Webhook>,
    status: Delivery['status'],
    outcome: Outcome,
    disable: DeliveryPolicy['disable'],
    cause: Delivery['cause'] = 'event',
  ) =>
    webhookAfter({
      webhook: { ...webhook, ...from },
      delivery: { ...delivery, status, cause },
      outcome,
      disable,
      now: 48 * H,
    })
  const rule = { after: 25, window: 48 * H, statuses: [], how: 'disable' } as const

  it('notes a success and forgets the failures before it', () => {
    expect(health({ failures: { count: 3, since: 1 } }, 'succeeded', responded(200), null)).toMatchObject({
      lastSucceededAt: 48 * H,
      failures: { count: 0, since: null },
    })
  })

  it('counts a delivery once it is given up, and no test', () => {
    expect(health({}, 'exhausted', responded(500), null).failures).toMatchObject({ count: 1, since: 48 * H })
    expect(health({}, 'pending', responded(500), null).failures.count).toBe(0)
    expect(health({}, 'exhausted', responded(500), null, 'test').failures.count).toBe(0)
  })

  it('keeps why the latest delivery failed until one succeeds', () => {
    const failed = health({ url: 'https://app.example/in' }, 'exhausted', responded(503), null)
    expect(failed.failures.last).toEqual({ names: ['503', '5xx'], status: 503, host: 'app.example' })
    expect(health(failed, 'succeeded', responded(200), null).failures).toEqual({ count: 0, since: null })
  })

  it('notes a test that succeeds while the provider has it switched off, and no other delivery', () => {
    const off = { enabled: false, disabledBy: { reason: 'too many failed', at: 1 } }
    const disabledAfter = (status: 'succeeded' | 'exhausted', cause: Delivery['cause']) =>
      health(off, status, responded(status === 'succeeded' ? 200 : 500), rule, cause).disabledBy
    expect(disabledAfter('succeeded', 'test')).toEqual({ ...off.disabledBy, tested: true })
    expect(disabledAfter('exhausted', 'test')).toEqual(off.disabledBy)
    expect(disabledAfter('succeeded', 'resend')).toEqual(off.disabledBy)
    expect(health({}, 'succeeded', responded(200), rule, 'test').disabledBy).toBeNull()
  })

  it('switches off after so many failures in a row over so long, when both hold', () => {
    expect(health({ failures: { count: 24, since: 0 } }, 'exhausted', responded(500), rule)).toMatchObject({
      enabled: false,
      disabledBy: { reason: '25 deliveries in a row failed over 2d', at: 48 * H },
      deletedAt: null,
    })
    expect(health({ failures: { count: 24, since: 1 } }, 'exhausted', responded(500), rule).enabled).toBe(
      true,
    )
    expect(health({ failures: { count: 23, since: 0 } }, 'exhausted', responded(500), rule).enabled).toBe(
      true,
    )
  })

  it('deletes where the provider does, and stops at a 410', () => {
    expect(
      health({ failures: { count: 7, since: 0 } }, 'exhausted', responded(500), {
        after: 8,
        window: null,
        statuses: [],
        how: 'delete',
      }),
    ).toMatchObject({ enabled: false, deletedAt: 48 * H })
    expect(
      health({}, 'pending', responded(410), { after: null, window: null, statuses: [410], how: 'disable' })
        .disabledBy?.reason,
    ).toBe('the receiver answered 410, at which this provider switches a webhook off')
  })
})
