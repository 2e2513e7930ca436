import type { AttemptView, DeliveryView } from '../../api/views.ts'
import type { Json } from '../../core/json.ts'
import { listMismatches, type Mismatch, mismatches, type Pattern } from '../../core/match.ts'
import { DELIVERY_STATUSES, type OutcomeKind } from '../../core/model.ts'
import { formatDuration, parseDuration } from '../../core/units.ts'
import { FAULTS } from '../../fault/catalogue.ts'
import {
  COUNT_PATTERN,
  DURATION,
  described,
  EVENT_NAME,
  HOW_MANY,
  object,
  PATTERN,
  RANGE,
  STATUS,
  STATUS_CLASS,
  WEBHOOK_NAME,
  wordPattern,
} from '../file/schema-parts.ts'
import type { ExpectationDefinition } from './expectation.ts'
import type { Facts } from './facts.ts'

/** Deliveries of an event, to a webhook, by their names; null: any. */
export interface DeliverySelection {
  readonly of: string | null
  readonly to: string | null
}

export interface DeliveryExpectation extends DeliverySelection {
  readonly status?: Pattern
  /** The number of attempts. */
  readonly attempts?: Pattern
  /** Milliseconds from the end of the attempt before; the first is from the event. */
  readonly delays?: readonly number[]
  /** Status, or the outcome's kind, of each attempt. */
  readonly codes?: readonly Json[]
  readonly reason?: Pattern
  readonly faults?: readonly Json[]
  /** How many deliveries match; default: exactly one must, or all of them where `of` names several. */
  readonly count?: Pattern
}

/** Outcomes of an attempt without an answer. */
const OUTCOMES: readonly (Exclude<OutcomeKind, 'responded'> | 'in-flight')[] = [
  'timed-out',
  'connection-failed',
  'tls-failed',
  'interrupted',
  'blocked',
  'in-flight',
]

/** The outcome of an attempt: a status, a class or range of statuses, or a kind of failure. */
export const CODE_PATTERN = wordPattern(OUTCOMES, STATUS, STATUS_CLASS, RANGE)

export const delivery: ExpectationDefinition<DeliveryExpectation> = {
  about: 'what became of deliveries',
  schema: object('Deliveries. Unless `count` says otherwise, there is at least one, and all of them match.', {
    of: EVENT_NAME,
    to: WEBHOOK_NAME,
    status: described(`One of ${DELIVERY_STATUSES.join(', ')}.`, wordPattern(DELIVERY_STATUSES)),
    attempts: described('How many attempts: a number, or {min, max}.', COUNT_PATTERN),
    delays: described('From the event to the first attempt, and from the end of each to the next.', {
      type: 'array',
      items: DURATION,
    }),
    codes: described('What each attempt came to: a status, timed-out, connection-failed …', {
      type: 'array',
      items: CODE_PATTERN,
    }),
    reason: described('Why it was cancelled, blocked or given up: the reason, or a /pattern/.', PATTERN),
    faults: described('Names of the faults that were applied to its attempts, in order.', {
      type: 'array',
      items: wordPattern(Object.keys(FAULTS.delivery)),
    }),
    count: HOW_MANY,
  }),
  sources: ['deliveries'],
  awaitsDeliveries: true,
  read: ({ of, to, delays, ...rest }) => ({
    ...readSelection({ of, to }),
    ...(rest as Pick<DeliveryExpectation, 'codes' | 'faults'>),
    ...(delays !== undefined && { delays: (delays as readonly string[]).map((one) => parseDuration(one)) }),
  }),
  check: ({ of, to }, { names, at }) => [
    ...names.check(of, 'event', `${at}/of`),
    ...names.check(to, 'webhook', `${at}/to`),
  ],
  mismatches(expectation, facts) {
    const chosen = chosenDeliveries(expectation, facts)
    if (expectation.count !== undefined) {
      const matching = chosen.filter((one) => deliveryMismatches(expectation, one, facts).length === 0)
      return mismatches('deliveries', expectation.count, matching.length)
    }
    if (chosen.length === 0)
      return [{ what: 'deliveries', expected: 'at least one', actual: `0${whyNone(expectation, facts)}` }]
    const found = chosen.map((one) => deliveryMismatches(expectation, one, facts))
    return chosen.length === 1 ? (found[0] ?? []) : summary(chosen, found)
  },
  deliveries: chosenDeliveries,
}

export function readSelection({
  of,
  to,
}: {
  of?: Json | undefined
  to?: Json | undefined
}): DeliverySelection {
  return { of: (of as string | undefined) ?? null, to: (to as string | undefined) ?? null }
}

export function chosenDeliveries(
  { of, to }: DeliverySelection,
  facts: Pick<Facts, 'deliveries' | 'events' | 'webhook'>,
): readonly DeliveryView[] {
  const events = of === null ? null : facts.events(of)
  const webhook = to === null ? null : facts.webhook(to)
  return facts.deliveries.filter(
    (one) =>
      (events === null || events.includes(one.event.id)) && (webhook === null || one.webhook.id === webhook),
  )
}

/** Why webhooks did not get the event. */
function whyNone({ of }: DeliveryExpectation, { events, skipped }: Facts): string {
  const reasons = of === null ? [] : events(of).flatMap((id) => skipped.get(id) ?? [])
  return reasons.length === 0 ? '' : `: ${[...new Set(reasons)].join('; ')}`
}

function deliveryMismatches(
  { status, attempts, delays, codes, reason, faults }: DeliveryExpectation,
  delivery: DeliveryView,
  { pace }: Pick<Facts, 'pace'>,
): readonly Mismatch[] {
  const applied = delivery.attempts.flatMap((attempt) => attempt.faults)
  return [
    ...(status === undefined ? [] : mismatches('status', status, delivery.status)),
    ...(attempts === undefined ? [] : mismatches('attempts', attempts, delivery.attempts.length)),
    ...(reason === undefined ? [] : mismatches('reason', reason, delivery.reason)),
    ...(codes === undefined ? [] : listMismatches('codes', codes, delivery.attempts.map(codeOf))),
    ...(faults === undefined ? [] : listMismatches('faults', faults, applied)),
    ...(delays === undefined ? [] : delayMismatches(delays, delivery, pace)),
  ]
}

/** The status of the answer, else the kind of the outcome. */
function codeOf({ outcome }: AttemptView): Json {
  return outcome === null ? 'in-flight' : (outcome.status ?? outcome.kind)
}

/** On a running clock requests take time and timers are late: 10 %, and at least 250 ms of real time. */
function tolerance(expected: number, pace: number): number {
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
    delays.every((delay, i) => Math.abs((actual[i] ?? 0) - delay) <= tolerance(delay, pace))
  if (isSame) return []
  return [{ what: 'delays', expected: durations(delays), actual: durations(actual) }]
}

/** From the creation of the delivery to its first attempt, then from the end of each attempt to the next. */
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

function durations(delays: readonly number[]): string {
  return delays.length === 0 ? 'none' : delays.map(formatDuration).join(', ')
}

const MAX_SHOWN = 5

function summary(
  deliveries: readonly DeliveryView[],
  found: readonly (readonly Mismatch[])[],
): readonly Mismatch[] {
  const wrong = deliveries.flatMap((delivery, i) =>
    (found[i] ?? []).map((one) => ({ ...one, what: `${delivery.id} ${one.what}` })),
  )
  const failing = found.filter((one) => one.length > 0).length
  if (wrong.length <= MAX_SHOWN) return wrong
  const all = { what: 'deliveries', expected: `all ${deliveries.length} so`, actual: `${failing} are not` }
  return [all, ...wrong.slice(0, MAX_SHOWN)]
}
