import { headerOf } from '../../core/headers.ts'
import type { Json } from '../../core/json.ts'
import { formatDuration } from '../../core/units.ts'
import type { Mismatch } from '../result.ts'
import type { AnswerExpectation, Expectation } from '../scenario.ts'
import type { Answer, Facts, SeenRequest } from './facts.ts'
import { describe, listMismatches, mismatches } from './match.ts'
export function answerMismatches(
  { status, headers, body, error }: AnswerExpectation,
  answer: Answer | undefined,
): readonly Mismatch[] {
  if (answer === undefined) return [{ what: 'answer', expected: 'one', actual: 'none yet' }]
  if (error !== undefined) {
    const actual = answer.error ?? undefined
    const found = mismatches('error', error, actual)
    return actual === undefined
      ? found.map((one) => ({ ...one, actual: `none, but ${answer.status}` }))
      : found
  }
  if (answer.error !== null)
    return [
      { what: 'answer', expected: status === undefined ? 'one' : describe(status), actual: answer.error },
    ]
  return [
    ...(status === undefined ? [] : mismatches('status', status, answer.status ?? undefined)),
    ...Object.entries(headers ?? {}).flatMap(([name, one]) =>
      mismatches(`header ${name}`, one, headerOf(answer.headers, name)),
    ),
    ...(body === undefined ? [] : mismatches('body', body, answer.body)),
  ]
}

type RequestsExpectation = Extract<Expectation, { kind: 'requests' }>

export function requestMismatches(expectation: RequestsExpectation, facts: Facts): readonly Mismatch[] {
  const { status, statuses, count, apart } = expectation
  const meant = requestsMeant(expectation, facts)
  const came = meant.map(statusOf)
  // 0 is how the log has it.
  const inOrder = came.map((one, i) => (statuses?.[i] === 0 ? (meant[i]?.status ?? one) : one))
  const needsOne = [statuses, count].every((one) => one === undefined)
  return [
    ...(needsOne && meant.length === 0 ? [{ what: 'requests', expected: 'at least one', actual: '0' }] : []),
    ...(count === undefined ? [] : mismatches('requests', count, meant.length)),
    ...(statuses === undefined ? [] : listMismatches('statuses', statuses, inOrder)),
    ...(status === undefined ? [] : came.flatMap((one, i) => mismatches(`request ${i + 1}`, status, one))),
    ...(apart === undefined ? [] : apartMismatches(apart, meant)),
  ]
}

function requestsMeant({ operation, provider, account }: RequestsExpectation, { requests }: Facts) {
  return requests.filter(
    (one) =>
      (operation === null || one.operation === operation) &&
      (provider === undefined || one.provider === provider) &&
      (account === undefined || one.account === account),
  )
}

/** One that was cut off has no status: what cut it stands for it. */
function statusOf({ status, faults = [] }: SeenRequest): Json {
  return status === 0 ? (faults.findLast((name) => CUTS.includes(name)) ?? status) : status
}

/** The faults of an API that leave a request without a status. */
export const CUTS: readonly string[] = ['timeout', 'reset', 'empty', 'malformed']

function apartMismatches(apart: number, requests: Facts['requests']): readonly Mismatch[] {
  return requests.slice(1).flatMap((one, i) => {
    const gap = one.wall - (requests[i]?.wall ?? one.wall)
    if (gap >= apart) return []
    const what = `from request ${i + 1} to ${i + 2}`
    return [{ what, expected: `at least ${formatDuration(apart)}`, actual: formatDuration(gap) }]
  })
}

/** Unless something else is expected, there is none. */
export function violationMismatches(
  { by, rule, provider, account, count = 0 }: Extract<Expectation, { kind: 'violations' }>,
  facts: Facts,
): readonly Mismatch[] {
  const meant = facts.violations.filter(
    (one) =>
      (by === null || one.by === by) &&
      (provider === undefined || one.provider === provider) &&
      (account === undefined || one.account === account) &&
      (rule === undefined || mismatches('rule', rule, one.rule).length === 0),
  )
  const [first] = meant
  const found = mismatches('violations', count, meant.length)
  if (first === undefined) return found
  const told = `the first one by the ${first.by}: ${first.location} ${first.message}`
  return found.map((one) => ({ ...one, actual: `${one.actual}; ${told}` }))
}

export function webhookMismatches(
  { webhook: name, enabled, deleted }: Extract<Expectation, { kind: 'webhook' }>,
  facts: Facts,
): readonly Mismatch[] {
  const id = facts.webhook(name)
  const found = facts.webhooks.find((one) => one.id === id)
  const gone = found === undefined ? [{ what: name, expected: 'a webhook', actual: 'deleted' }] : []
  return [
    ...(deleted === undefined ? [] : mismatches(`${name} deleted`, deleted, found === undefined)),
    ...(enabled === undefined ? [] : mismatches(`${name} enabled`, enabled, found?.enabled)),
    ...(deleted === undefined && enabled === undefined ? gone : []),
  ]
}
