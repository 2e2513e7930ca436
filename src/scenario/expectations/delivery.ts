import type { AttemptView, DeliveryView } from '../../api/views.ts'
import type { Json } from '../../core/json.ts'
import { formatDuration } from '../../core/units.ts'
import type { Mismatch } from '../result.ts'
import type { Expectation } from '../scenario.ts'
import type { Facts } from './facts.ts'
import { listMismatches, mismatches } from './match.ts'

type DeliveryExpectation = Extract<Expectation, { kind: 'delivery' }>

/** Deliveries of the named event to the named webhook, of anything to anywhere where no name is given. */
export function deliveriesMeant(
  { of, to }: Pick<DeliveryExpectation, 'of' | 'to'>,
  facts: Pick<Facts, 'deliveries' | 'events' | 'webhook'>,
): readonly DeliveryView[] {
  const events = of === null ? null : facts.events(of)
  const webhook = to === null ? null : facts.webhook(to)
  return facts.deliveries.filter(
    (one) =>
      (events === null || events.includes(one.event.id)) && (webhook === null || one.webhook.id === webhook),
  )
}

export function deliveryMismatches(expectation: DeliveryExpectation, facts: Facts): readonly Mismatch[] {
  const meant = deliveriesMeant(expectation, facts)
  if (expectation.count !== undefined) {
    const fitting = meant.filter((one) => oneDelivery(expectation, one, facts).length === 0)
    return mismatches('deliveries', expectation.count, fitting.length)
  }
  if (meant.length === 0)
    return [{ what: 'deliveries', expected: 'at least one', actual: `0${whyNone(expectation, facts)}` }]
  const found = meant.map((one) => oneDelivery(expectation, one, facts))
  return meant.length === 1 ? (found[0] ?? []) : summed(meant, found)
}

/** Why webhooks did not get the event. */
function whyNone({ of }: DeliveryExpectation, { events, skipped }: Facts): string {
  const reasons = of === null ? [] : events(of).flatMap((id) => skipped.get(id) ?? [])
  return reasons.length === 0 ? '' : `: ${[...new Set(reasons)].join('; ')}`
}

function oneDelivery(
  { status, attempts, delays, codes, reason, faults }: DeliveryExpectation,
  delivery: DeliveryView,
  { pace }: Pick<Facts, 'pace'>,
): readonly Mismatch[] {
  const held: readonly (readonly [string, Json | undefined, Json])[] = [
    ['status', status, delivery.status],
    ['attempts', attempts, delivery.attempts.length],
    ['reason', reason, delivery.reason],
  ]
  const found = held.flatMap(([what, pattern, actual]) =>
    pattern === undefined ? [] : mismatches(what, pattern, actual),
  )
  const struck = delivery.attempts.flatMap((attempt) => attempt.faults)
  const lists = [
    ...(codes === undefined ? [] : listMismatches('codes', codes, delivery.attempts.map(codeOf))),
    ...(faults === undefined ? [] : listMismatches('faults', faults, struck)),
  ]
  return [...found, ...lists, ...(delays === undefined ? [] : delayMismatches(delays, delivery, pace))]
}

/** The status of what was answered, else what became of it. */
function codeOf({ outcome }: AttemptView): Json {
  return outcome === null ? 'in-flight' : (outcome.status ?? outcome.kind)
}

/** On a clock that runs, an exchange takes time and a timer is late: a tenth, and a quarter of a second of real time. */
function slack(expected: number, pace: number): number {
  return pace === 0 ? 0 : Math.max(expected * 0.1, 250 * pace)
}

function delayMismatches(
  delays: readonly number[],
  delivery: DeliveryView,
  pace: number,
): readonly Mismatch[] {
  const actual = delaysOf(delivery, pace)
  const isSame =
    actual.length === delays.length &&
    delays.every((delay, i) => Math.abs((actual[i] ?? 0) - delay) <= slack(delay, pace))
  if (isSame) return []
  return [{ what: 'delays', expected: inWords(delays), actual: inWords(actual) }]
}

/** From the making of the delivery, then from the end of each attempt, to the next. */
function delaysOf({ attempts, createdAt }: DeliveryView, pace: number): readonly number[] {
  return attempts.map((attempt, i) => {
    const before = attempts[i - 1]
    const start =
      before === undefined
        ? Date.parse(createdAt)
        : Date.parse(before.sentAt) + (before.durationMs ?? 0) * pace
    return Math.max(0, Math.round(Date.parse(attempt.sentAt) - start))
  })
}

function inWords(delays: readonly number[]): string {
  return delays.length === 0 ? 'none' : delays.map(formatDuration).join(', ')
}

const MOST_TOLD = 5

function summed(
  deliveries: readonly DeliveryView[],
  found: readonly (readonly Mismatch[])[],
): readonly Mismatch[] {
  const wrong = deliveries.flatMap((delivery, i) =>
    (found[i] ?? []).map((one) => ({ ...one, what: `${delivery.id} ${one.what}` })),
  )
  const failing = found.filter((one) => one.length > 0).length
  if (wrong.length <= MOST_TOLD) return wrong
  const all = { what: 'deliveries', expected: `all ${deliveries.length} so`, actual: `${failing} are not` }
  return [all, ...wrong.slice(0, MOST_TOLD)]
}
