import { MockError } from '../../core/errors.ts'
import { headerOf } from '../../core/headers.ts'
import { jsonOrText } from '../../core/json.ts'
import type { Mismatch } from '../result.ts'
import type { Expectation } from '../scenario.ts'
import type { Arrival, Facts, Verified } from './facts.ts'
import { mismatches } from './match.ts'

type ReceivedExpectation = Extract<Expectation, { kind: 'received' }>

/** @throws MockError (input) where the user's own receiver was given: only the stand-in tells what it got. */
export function receivedMismatches(expectation: ReceivedExpectation, facts: Facts): readonly Mismatch[] {
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
  const isBare = count === undefined && order === undefined
  return [
    ...(count === undefined ? [] : mismatches('received', count, arrivals.length)),
    ...((isBare || (looksAtEach && count === undefined)) && arrivals.length === 0
      ? [{ what: 'received', expected: 'at least one', actual: '0' }]
      : []),
    ...(order === undefined ? [] : orderMismatches(order, arrivals, facts)),
    ...arrivals.flatMap((one) => eachMismatches(expectation, one)),
  ]
}

function eachMismatches(
  { signature, secret, body, headers }: ReceivedExpectation,
  arrival: Arrival,
): readonly Mismatch[] {
  const name = `request ${arrival.number}`
  const signed = signature === undefined ? [] : signatureMismatches(name, signature, arrival.verify(secret))
  const lines = Object.entries(headers ?? {}).flatMap(([header, pattern]) =>
    mismatches(`${name} ${header}`, pattern, headerOf(arrival.headers, header)),
  )
  return [
    ...signed,
    ...lines,
    ...(body === undefined
      ? []
      : mismatches(`${name} body`, body, jsonOrText(arrival.body.toString('utf8')))),
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
