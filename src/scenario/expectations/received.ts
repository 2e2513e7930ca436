import { MockError } from '../../core/errors.ts'
import { headerOf } from '../../core/headers.ts'
import { jsonOrText } from '../../core/json.ts'
import { type Mismatch, mismatches, type Pattern } from '../../core/match.ts'
import {
  COUNT,
  described,
  EVENT_NAME,
  HOW_MANY,
  NAME,
  object,
  PATTERN,
  TEXT,
  WEBHOOK_NAME,
} from '../file/schema-parts.ts'
import { chosenDeliveries, type DeliverySelection, readSelection } from './delivery.ts'
import type { ExpectationDefinition } from './expectation.ts'
import type { Arrival, Facts, Verified } from './facts.ts'

export interface ReceivedExpectation extends DeliverySelection {
  readonly count?: Pattern
  /** Names of events in the order of their first arrival. */
  readonly order?: readonly string[]
  /** What every signature is. */
  readonly signature?: Verified['signature']
  /** With which the signatures are verified; default: each that the webhook has had. */
  readonly secret?: string
  readonly body?: Pattern
  readonly headers?: Readonly<Record<string, Pattern>>
}

export const received: ExpectationDefinition<ReceivedExpectation> = {
  about: 'what arrived at the stand-in receiver',
  schema: {
    anyOf: [
      COUNT,
      object('Requests that the stand-in receiver got.', {
        of: EVENT_NAME,
        to: WEBHOOK_NAME,
        count: HOW_MANY,
        order: described('Names of events in the order in which they first arrived.', {
          type: 'array',
          minItems: 1,
          items: NAME,
        }),
        signature: described('What every signature is: valid, invalid or missing.', {
          enum: ['valid', 'invalid', 'missing'],
        }),
        secret: described('The secret to verify them with. Default: any that the webhook has had.', TEXT),
        body: described('What every body is, or has at least.', PATTERN),
        headers: described('Header lines that every one has.', {
          type: 'object',
          additionalProperties: PATTERN,
        }),
      }),
    ],
  },
  sources: ['deliveries', 'arrivals', 'webhooks'],
  awaitsDeliveries: true,
  read: ({ of, to, ...rest }) => ({
    ...readSelection({ of, to }),
    ...(rest as Pick<ReceivedExpectation, 'order' | 'signature' | 'headers'>),
  }),
  check: ({ of, to, order = [] }, { names, at }) => [
    ...names.check(of, 'event', `${at}/of`),
    ...names.check(to, 'webhook', `${at}/to`),
    ...order.flatMap((name, i) => names.check(name, 'event', `${at}/order/${i}`)),
  ],
  /** @throws MockError (input) where the user's own receiver was given: only the stand-in records what it got. */
  mismatches(expectation, facts) {
    if (facts.arrivals === null)
      throw new MockError(
        'input',
        'NO_STAND_IN',
        'Failed to look at what was received: that asks the stand-in receiver, and another one was given.',
        { hint: 'Run it without --receiver, or expect deliveries, or observe the receiver.' },
      )
    const { of, to, count, order, signature, body, headers } = expectation
    const events = of === null ? null : facts.events(of)
    const webhook = to === null ? null : facts.webhook(to)
    const arrivals = facts.arrivals.filter(
      (one) =>
        (events === null || (one.event !== null && events.includes(one.event))) &&
        (webhook === null || one.webhook === webhook),
    )
    const looksAtEach = [signature, body, headers].some((one) => one !== undefined)
    const needsOne = count === undefined && (order === undefined || looksAtEach)
    return [
      ...(count === undefined ? [] : mismatches('received', count, arrivals.length)),
      ...(needsOne && arrivals.length === 0
        ? [{ what: 'received', expected: 'at least one', actual: '0' }]
        : []),
      ...(order === undefined ? [] : orderMismatches(order, arrivals, facts)),
      ...arrivals.flatMap((one) => arrivalMismatches(expectation, one)),
    ]
  },
  deliveries: chosenDeliveries,
}

function arrivalMismatches(
  { signature, secret, body, headers }: ReceivedExpectation,
  arrival: Arrival,
): readonly Mismatch[] {
  const name = `request ${arrival.number}`
  return [
    ...(signature === undefined ? [] : signatureMismatches(name, signature, arrival.verify(secret))),
    ...Object.entries(headers ?? {}).flatMap(([header, pattern]) =>
      mismatches(`${name} ${header}`, pattern, headerOf(arrival.headers, header)),
    ),
    ...(body === undefined ? [] : mismatches(`${name} body`, body, jsonOrText(arrival.body.toString()))),
  ]
}

function signatureMismatches(name: string, expected: string, found: Verified): readonly Mismatch[] {
  if (found.signature === expected) return []
  const why = found.explanation === null ? '' : `: ${found.explanation}`
  return [{ what: `${name} signature`, expected, actual: `${found.signature}${why}` }]
}

function orderMismatches(
  order: readonly string[],
  arrivals: readonly Arrival[],
  facts: Facts,
): readonly Mismatch[] {
  const named = order.map((name) => ({ name, ids: facts.events(name) }))
  const seen = arrivals.flatMap(
    ({ event }) => named.find(({ ids }) => event !== null && ids.includes(event)) ?? [],
  )
  const first = [...new Set(seen.map(({ name }) => name))]
  if (first.join() === order.join()) return []
  const actual = first.length === 0 ? 'none of them' : first.join(', ')
  return [{ what: 'order', expected: order.join(', '), actual }]
}
