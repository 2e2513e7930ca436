import { formatDuration } from '../../core/duration.ts'
import type { Json } from '../../core/json.ts'
import type { Expectation } from '../scenario.ts'
import type { Mismatch } from '../scenario-result.ts'
import type { Facts, SeenRequest } from './facts.ts'
import { listMismatches, mismatches } from './pattern.ts'

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
