import { MockError } from '../../core/errors.ts'
import { describeStep } from '../describe-step.ts'
import type { Scenario, Step } from '../scenario.ts'
import type { StepResult } from '../scenario-result.ts'
import { perform } from '../steps/index.ts'
import type { Play } from './play.ts'
import { explained } from './verdict.ts'

/** Plays `until` so many steps, up to the first that does not pass; the others are skipped. Each is told as it ends. */
export async function playSteps(
  play: Play,
  steps: readonly Step[],
  { until, tell }: { readonly until: number; readonly tell: (step: StepResult) => void },
): Promise<readonly StepResult[]> {
  const results: StepResult[] = []
  let isOver = false
  for (const [i, step] of steps.entries()) {
    const result: StepResult =
      isOver || i >= until || play.signal.aborted ? skipped(step, i + 1) : await playStep(play, step, i + 1)
    isOver ||= i < until && result.status !== 'passed'
    results.push(result)
    tell(result)
  }
  return results
}

async function playStep(play: Play, step: Step, number: number): Promise<StepResult> {
  const { clock, signal } = play
  const started = clock.elapsed()
  const before = skipped(step, number)
  try {
    const { mismatches, deliveries = [] } = await perform(play, step)
    const durationMs = clock.elapsed() - started
    if (mismatches.length === 0) return { ...before, status: 'passed', durationMs }
    // Whoever broke it off did not want to know what was missing by then.
    if (signal.aborted) return { ...before, durationMs }
    return { ...before, status: 'failed', durationMs, mismatches, deliveries }
  } catch (error) {
    const durationMs = clock.elapsed() - started
    return signal.aborted
      ? { ...before, durationMs }
      : { ...before, status: 'broken', durationMs, error: explained(error) }
  }
}

function skipped(step: Step, number: number): StepResult {
  const { kind, at } = step
  const title = describeStep(step)
  const nothing = { durationMs: 0, mismatches: [], error: null, deliveries: [] }
  return { number, kind, title, at, status: 'skipped', ...nothing }
}

/** How many are played. @throws MockError (input) for a step that there is not. */
export function countUntil({ steps, file }: Scenario, until: string | undefined): number {
  if (until === undefined) return steps.length
  const at = steps.findIndex(({ as, title }, i) => until === String(i + 1) || until === as || until === title)
  if (at >= 0) return at + 1
  throw new MockError('input', 'UNKNOWN_STEP', `Failed to run until "${until}": there is no such step.`, {
    hint: `Name a step by its number (1 to ${steps.length}), its "as" or its "title".`,
    location: { file },
  })
}
