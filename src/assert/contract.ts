import type { ViolationFilter } from '../api/request-log.ts'
import type { RequestView } from '../api/views.ts'
import type { Violation } from '../core/model.ts'
import type { Mock } from '../mock/mock.ts'
import { VIOLATION_FILTER } from '../mock/options.ts'
import { boolean, callback, checkArgument, checkOptions } from '../schema/options.ts'
import { hold, type Verdict } from './assertions.ts'
/** Who is to have kept the contract, and how strictly it is checked. */
export interface ContractExpectation extends ViolationFilter {
  /** Unknown routes, and what a client sends without its being declared, break it too. Default true. */
  readonly strict?: boolean
}

/** What is asked whether it keeps the contract: a mock, for all that talked with it. */
export type ContractSubject = Pick<Mock, 'violations' | 'requests'>

/** Whether clients, receivers and the mock itself kept to the documents so far. */
export function checkContract(mock: ContractSubject, expectation: ContractExpectation = {}): Verdict {
  for (const call of ['requests', 'violations'] as const)
    checkArgument('what has to keep the contract', mock?.[call], { ...callback, words: 'a mock' })
  checkOptions('what is expected', expectation, { ...VIOLATION_FILTER, strict: boolean })
  const { strict = true, by, ...scope } = expectation
  const requests = mock.requests({ provider: scope.provider, account: scope.account })
  const byId = new Map(requests.map((request) => [request.id, request]))
  const kept = mock
    .violations({ ...scope, by })
    .map((violation) => ({ violation, request: byId.get(violation.request ?? '') }))
  const undeclared =
    strict && (by ?? 'client') === 'client'
      ? requests
          .filter(({ operation }) => (scope.operation ?? operation) === operation)
          .flatMap((request) => (request.undeclared ?? []).map((violation) => ({ violation, request })))
      : []
  const all = [...kept, ...undeclared]
  if (all.length === 0) return { pass: true, message: 'The contract was to be broken, and was kept.' }
  const head = `The contract was broken ${all.length === 1 ? 'once' : `${all.length} times`}:`
  return { pass: false, message: [head, ...all.map(line)].join('\n') }
}

/**
 * Everybody has to have kept to the providers' documents.
 *
 * @throws AssertionError that lists what broke them
 * @example assertKeepsTheContract(mock, { by: 'client' })
 */
export function assertKeepsTheContract(mock: ContractSubject, expectation: ContractExpectation = {}): void {
  hold(checkContract(mock, expectation))
}

function line({ violation, request }: { violation: Violation; request: RequestView | undefined }): string {
  const { by, provider, operation, location, message } = violation
  const where = [provider, operation].filter((part) => part !== null).join(' ')
  // Some messages name their place themselves.
  const what = message.startsWith(`${location} `) ? message : `${location} ${message}`
  const asked = request === undefined ? '' : ` (${request.method} ${request.path}: ${request.status})`
  return `  by the ${by}: ${where}: ${what}${asked}`
}
