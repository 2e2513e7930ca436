import type { Json } from '../../core/json.ts'
import { listMismatches, type Mismatch, mismatches, type Pattern } from '../../core/match.ts'
import { formatDuration, parseDuration } from '../../core/units.ts'
import { findNamed, operationNames } from '../../spec/names.ts'
import {
  COUNT,
  DURATION,
  described,
  HOW_MANY,
  object,
  RANGE,
  STATUS,
  STATUS_CLASS,
  TARGET,
  TEXT,
  wordPattern,
} from '../file/schema-parts.ts'
import type { Target } from '../situation.ts'
import type { ExpectationDefinition } from './expectation.ts'
import type { Facts, SeenRequest } from './facts.ts'

export interface RequestsExpectation extends Target {
  readonly operation: string | null
  readonly status?: Pattern
  readonly count?: Pattern
  /** Status of each, in order. */
  readonly statuses?: readonly Json[]
  /** Least milliseconds of real time between one and the next. */
  readonly apart?: number
}

/** The faults of an API that leave a request without a status. */
const CUTS: readonly string[] = ['timeout', 'reset', 'empty', 'malformed']

/** What a request was answered, or the fault that cut it off. */
export const ANSWERED_PATTERN = wordPattern(CUTS, STATUS, STATUS_CLASS, RANGE)

export const requests: ExpectationDefinition<RequestsExpectation> = {
  about: "what clients asked of the providers' APIs",
  schema: {
    anyOf: [
      COUNT,
      object('Requests of clients.', {
        operation: described('Id of the operation.', TEXT),
        status: described(
          'What every one was answered; 0: nothing; timeout, reset, empty or malformed: the fault that cut it off.',
          ANSWERED_PATTERN,
        ),
        statuses: described('The same of each, in order.', { type: 'array', items: ANSWERED_PATTERN }),
        count: HOW_MANY,
        apart: described('Least real time between one and the next.', DURATION),
        ...TARGET,
      }),
    ],
  },
  sources: ['log'],
  read: ({ operation, apart, ...rest }) => ({
    operation: (operation as string | undefined) ?? null,
    ...rest,
    ...(typeof apart === 'string' && { apart: parseDuration(apart) }),
  }),
  check: (expectation, { providers, at }) => [
    ...providers.checkTarget(expectation, at),
    ...providers.checkName(expectation, 'operation', expectation.operation, at),
  ],
  mismatches(expectation, facts) {
    const { status, statuses, count, apart } = expectation
    const chosen = chosenRequests(expectation, facts)
    const answered = chosen.map(statusOf)
    // 0 is how the log has it.
    const inOrder = answered.map((one, i) => (statuses?.[i] === 0 ? (chosen[i]?.status ?? one) : one))
    const needsOne = statuses === undefined && count === undefined
    return [
      ...(needsOne && chosen.length === 0
        ? [{ what: 'requests', expected: 'at least one', actual: '0' }]
        : []),
      ...(count === undefined ? [] : mismatches('requests', count, chosen.length)),
      ...(statuses === undefined ? [] : listMismatches('statuses', statuses, inOrder)),
      ...(status === undefined
        ? []
        : answered.flatMap((one, i) => mismatches(`request ${i + 1}`, status, one))),
      ...(apart === undefined ? [] : apartMismatches(apart, chosen)),
    ]
  },
}

function chosenRequests(
  { operation, provider: name, account }: RequestsExpectation,
  { requests, providers }: Facts,
) {
  const provider = name && (findNamed(providers, name)?.id ?? name)
  const id =
    operation && (operationNames(providers.flatMap((one) => one.operations)).get(operation) ?? operation)
  return requests.filter(
    (one) =>
      (id === null || one.operation === id) &&
      (provider === undefined || one.provider === provider) &&
      (account === undefined || one.account === account),
  )
}

/** One that was cut off has no status: what cut it off stands for it. */
function statusOf({ status, faults = [] }: SeenRequest): Json {
  return status === 0 ? (faults.findLast((name) => CUTS.includes(name)) ?? status) : status
}

function apartMismatches(apart: number, requests: Facts['requests']): readonly Mismatch[] {
  return requests.slice(1).flatMap((one, i) => {
    const gap = one.wall - (requests[i]?.wall ?? one.wall)
    if (gap >= apart) return []
    const what = `from request ${i + 1} to ${i + 2}`
    return [{ what, expected: `at least ${formatDuration(apart)}`, actual: formatDuration(gap) }]
  })
}
