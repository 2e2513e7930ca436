import { describeError, MockError } from '../../core/errors.ts'
import type { ScenarioResult, StepResult } from '../scenario-result.ts'

export type ScenarioVerdict = Pick<ScenarioResult, 'status' | 'reason' | 'exitCode'>

const FAILED = 1
const BUG = 5

export const INTERRUPTED: ScenarioVerdict = { status: 'skipped', reason: 'interrupted', exitCode: 0 }

/** What the steps make of their scenario. */
export function verdictOf(steps: readonly StepResult[], isInterrupted: boolean): ScenarioVerdict {
  const failure = steps.find(({ status }) => status === 'failed' || status === 'broken')
  if (failure?.status === 'broken')
    return { status: 'broken', reason: null, exitCode: failure.error?.exitCode ?? BUG }
  if (failure !== undefined) return { status: 'failed', reason: null, exitCode: FAILED }
  return isInterrupted ? INTERRUPTED : { status: 'passed', reason: null, exitCode: 0 }
}

export function brokenBy(error: unknown): ScenarioVerdict {
  const { message, exitCode } = explained(error)
  return { status: 'broken', reason: message, exitCode }
}

/** What a person is told of an error, and the exit code that it asks for. */
export function explained(error: unknown): { readonly message: string; readonly exitCode: number } {
  if (error instanceof MockError) return { message: describeError(error), exitCode: error.exitCode }
  const reason = error instanceof Error ? error.message : String(error)
  return { message: `Failed by a fault of hookproof: ${reason}. Please report it.`, exitCode: BUG }
}
