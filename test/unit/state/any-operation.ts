import fc from 'fast-check'
import { DELIVERY_STATUSES } from '../../../src/core/model.ts'
import type { DeliveryId, EventId, ProviderId, WebhookId } from '../../../src/core/random.ts'
import { type Operation, put, type Tables } from '../../../src/state/store.ts'
import { ACME, aDelivery, anAttempt, anEvent, aWebhook } from './records.ts'

/** Few ids, so that the same records are put, changed and removed again and again. */
const number = fc.nat({ max: 3 })

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('__proto__', '\u2028', '"'),
)

const instant = fc.nat({ max: 253_402_300_799_999 })

const provider = fc.constantFrom(ACME, 'other' as ProviderId)

const json = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.constant(null)), { maxKeys: 2 })

const webhook = fc
  .record({ provider, url: text, secret: text, enabled: fc.boolean(), updatedAt: instant, fields: json })
  .chain((more) => number.map((n) => put('webhooks', aWebhook(`whk_${n}`, more))))

const event = fc
  .record({ provider, type: text, body: fc.record({ encoding: fc.constant('utf8' as const), text }) })
  .chain((more) => number.map((n) => put('events', anEvent(`evt_${n}`, more))))

const delivery = fc
  .record({
    provider,
    status: fc.constantFrom(...DELIVERY_STATUSES),
    reason: fc.option(text),
    attempts: fc.nat({ max: 9 }),
    nextAttemptAt: fc.option(instant),
    event: number.map((n) => `evt_${n}` as EventId),
    webhook: number.map((n) => `whk_${n}` as WebhookId),
  })
  .chain((more) => number.map((n) => put('deliveries', aDelivery(`del_${n}`, more))))

const outcome = fc.oneof(
  fc.constant(null),
  text.map((error) => ({ kind: 'timed-out' as const, error })),
  fc.record({ kind: fc.constant('tls-failed' as const), error: text, code: text }),
)

const attempt = fc
  .record({
    outcome,
    durationMs: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    sentAt: instant,
    faults: fc.array(text, { maxLength: 2 }),
    delivery: number.map((n) => `del_${n}` as DeliveryId),
    webhook: number.map((n) => `whk_${n}` as WebhookId),
  })
  .map((more) => ({ ...more, durationMs: more.durationMs === null ? null : more.durationMs + 0 }))
  .chain((more) => number.map((n) => put('attempts', anAttempt(`att_${n}`, more))))

const counter = fc
  .record({ id: fc.constantFrom('ids', 'log/clock'), value: fc.nat() })
  .map((one: Tables['counters']) => put('counters', one))

const ID_PREFIXES = { webhooks: 'whk', events: 'evt', deliveries: 'del', attempts: 'att' } as const

const removal = fc
  .tuple(
    fc.constantFrom('webhooks' as const, 'events' as const, 'deliveries' as const, 'attempts' as const),
    number,
  )
  .map(([table, n]) => ({ table, remove: `${ID_PREFIXES[table]}_${n}` }) as Operation)

const change = fc.oneof(webhook, event, delivery, attempt, attempt, counter, removal)

const clearing = fc.oneof(
  fc.constant({ clear: {} }),
  provider.map((one) => ({ clear: { provider: one } })),
)

/** The operations of one commit. */
export const operations: fc.Arbitrary<readonly Operation[]> = fc.oneof(
  { weight: 9, arbitrary: fc.array(change, { minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: clearing.map((one) => [one]) },
)
