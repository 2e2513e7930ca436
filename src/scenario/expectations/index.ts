import { formatDuration } from '../../core/duration.ts'
import type { Json } from '../../core/json.ts'
import type { AnswerExpectation, Expectation } from '../scenario.ts'
import type { Mismatch } from '../scenario-result.ts'
import { deliveryMismatches } from './delivery.ts'
import type { Answer, Facts } from './facts.ts'
import { mismatches } from './pattern.ts'
import { receivedMismatches } from './received.ts'

type Judges = {
  readonly [K in Expectation['kind']]: (
    expectation: Extract<Expectation, { kind: K }>,
    facts: Facts,
  ) => readonly Mismatch[]
}

const JUDGES: Judges = {
  delivery: deliveryMismatches,
  received: receivedMismatches,
  answer: (expectation, facts) => answerMismatches(expectation, facts.answer(expectation.of)),
  requests: requestMismatches,
  violations: violationMismatches,
  webhook({ webhook: name, enabled, deleted }, facts) {
    const found = facts.webhooks.find(({ id }) => id === facts.webhook(name))
    return [
      ...(deleted === undefined ? [] : mismatches(`${name} deleted`, deleted, found === undefined)),
      ...(enabled === undefined ? [] : mismatches(`${name} enabled`, enabled, found?.enabled)),
    ]
  },
}

/** Where the facts are not as expected; nothing: they are. */
export function expectationMismatches(expectation: Expectation, facts: Facts): readonly Mismatch[] {
  const judge = JUDGES[expectation.kind] as (expectation: Expectation, facts: Facts) => readonly Mismatch[]
  return judge(expectation, facts)
}

export function answerMismatches(
  { status, headers, body, error }: AnswerExpectation,
  answer: Answer | undefined,
): readonly Mismatch[] {
  if (answer === undefined) return [{ what: 'answer', expected: 'one', actual: 'none yet' }]
  if (error !== undefined) return mismatches('error', error, answer.error ?? undefined)
  if (answer.error !== null)
    return [{ what: 'answer', expected: status === undefined ? 'one' : String(status), actual: answer.error }]
  const lower = Object.fromEntries(
    Object.entries(answer.headers).map(([name, one]) => [name.toLowerCase(), one]),
  )
  return [
    ...(status === undefined ? [] : mismatches('status', status, answer.status ?? undefined)),
    ...Object.entries(headers ?? {}).flatMap(([name, one]) =>
      mismatches(`header ${name}`, one, lower[name.toLowerCase()]),
    ),
    ...(body === undefined ? [] : mismatches('body', body, answer.body)),
  ]
}

function requestMismatches(
  {
    operation,
    provider,
    account,
    status,
    statuses,
    count,
    apart,
  }: Extract<Expectation, { kind: 'requests' }>,
  facts: Facts,
): readonly Mismatch[] {
  const meant = facts.requests.filter(
    (one) =>
      (operation === null || one.operation === operation) &&
      (provider === undefined || one.provider === provider) &&
      (account === undefined || one.account === account),
  )
  const isBare = [status, statuses, count].every((one) => one === undefined)
  return [
    ...(isBare && meant.length === 0 ? [{ what: 'requests', expected: 'at least one', actual: '0' }] : []),
    ...(count === undefined ? [] : mismatches('requests', count, meant.length)),
    ...(statuses === undefined
      ? []
      : mismatches(
          'statuses',
          statuses,
          meant.map((one) => one.status),
        )),
    ...meant.flatMap((one, i) =>
      status === undefined ? [] : mismatches(`request ${i + 1}`, status, one.status),
    ),
    ...(apart === undefined ? [] : apartMismatches(apart, meant)),
  ]
}

function apartMismatches(apart: number, requests: Facts['requests']): readonly Mismatch[] {
  return requests.slice(1).flatMap((one, i) => {
    const gap = one.wall - (requests[i]?.wall ?? one.wall)
    if (gap >= apart) return []
    const what = `from request ${i + 1} to ${i + 2}`
    return [{ what, expected: `at least ${formatDuration(apart)}`, actual: formatDuration(gap) }]
  })
}

function violationMismatches(
  { by, rule, provider, account: _account, count = 0 }: Extract<Expectation, { kind: 'violations' }>,
  facts: Facts,
): readonly Mismatch[] {
  const meant = facts.violations.filter(
    (one) =>
      (by === null || one.by === by) &&
      (provider === undefined || one.provider === provider) &&
      (rule === undefined || mismatches('rule', rule, one.rule).length === 0),
  )
  const found = mismatches('violations', count as Json, meant.length)
  const first = meant[0]
  if (found.length === 0 || first === undefined) return found
  return found.map((one) => ({
    ...one,
    actual: `${one.actual}; the first one by the ${first.by}: ${first.location} ${first.message}`,
  }))
}
