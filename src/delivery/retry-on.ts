import type { Outcome } from '../core/attempt.ts'
import type { FailureClass } from '../spec/vocabulary.ts'

const DNS_CODES = new Set(['ENOTFOUND', 'ENODATA', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NONAME', 'EAI_NODATA'])

/** Whether a status is one of `2xx`, `200` and the like. */
export function isSuccess(status: number, success: readonly string[]): boolean {
  return success.some((pattern) => pattern === String(status) || pattern === `${Math.floor(status / 100)}xx`)
}

export function succeeded(outcome: Outcome, success: readonly string[]): boolean {
  return outcome.kind === 'responded' && isSuccess(outcome.status, success)
}

const CLASSES: {
  readonly [K in Outcome['kind']]: (outcome: Extract<Outcome, { kind: K }>) => readonly FailureClass[]
} = {
  responded: ({ status }) => [`${status}`, `${Math.floor(status / 100)}xx` as FailureClass],
  'timed-out': () => ['timeout'],
  'connection-failed': ({ code }) => [DNS_CODES.has(code) ? 'dns' : 'connect'],
  'tls-failed': () => ['tls'],
  interrupted: () => [],
  blocked: () => [],
}

/** The classes that a failure falls into: `503` and `5xx`, or `dns`. */
export function failureClasses(outcome: Outcome): readonly FailureClass[] {
  return (CLASSES[outcome.kind] as (outcome: Outcome) => readonly FailureClass[])(outcome)
}

/** @param retryOn null: every failure is retried. */
export function isRetried(outcome: Outcome, retryOn: readonly FailureClass[] | null): boolean {
  return retryOn === null || failureClasses(outcome).some((failure) => retryOn.includes(failure))
}
