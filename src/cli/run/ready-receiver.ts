import { createClock } from '../../core/clock.ts'
import { formatDuration } from '../../core/duration.ts'
import { describeError, MockError } from '../../core/errors.ts'
import type { RunResult, ScenarioResult } from '../../scenario/scenario-result.ts'
import { until } from '../../scenario/steps/until.ts'
import { READY_WITHIN_MS } from './run-flags.ts'

const LOOK_EVERY_MS = 100

/** Waits until a receiver that runs already answers there with a success; null when it does. */
export async function unreadyReceiver(
  url: string,
  signal: AbortSignal,
  withinMs = READY_WITHIN_MS,
): Promise<MockError | null> {
  let last = ''
  const look = async () => {
    try {
      const { ok, status, body } = await fetch(url, { redirect: 'manual', signal })
      await body?.cancel()
      last = `it answers ${status}`
      return ok
    } catch (error) {
      const { cause, message } = error as Error
      const { code, message: why } = (cause ?? {}) as Partial<NodeJS.ErrnoException>
      last = code ?? why ?? message
      return false
    }
  }
  const timing = { withinMs, everyMs: LOOK_EVERY_MS, clock: createClock(), signal }
  if ((await until(look, (isUp) => isUp, timing)) || signal.aborted) return null
  return new MockError(
    'environment',
    'RECEIVER_NOT_READY',
    `Failed to reach the receiver at ${url} within ${formatDuration(withinMs)}: ${last}.`,
    { hint: 'Start it first, or have it started with -- COMMAND.' },
  )
}

/** A run of which nothing could be played: each file says why, so that reports and counts say it too. */
export function unplayed(files: readonly string[], error: MockError, version: string): RunResult {
  const startedAt = createClock().wall()
  const scenarios = files.map(
    (file): ScenarioResult => ({
      file,
      name: file,
      providers: [],
      seed: '',
      clock: '',
      status: 'broken',
      reason: describeError(error),
      startedAt,
      durationMs: 0,
      steps: [],
      deliveries: [],
      violations: [],
      reproduce: '',
      exitCode: error.exitCode,
    }),
  )
  return { startedAt, durationMs: 0, version, scenarios }
}
