import { timeOrNull } from '../../api/views.ts'
import { describeClockMode, LAST_INSTANT } from '../../core/clock.ts'
import type { JsonObject } from '../../core/json.ts'
import { isoTime } from '../../core/units.ts'
import { type ControlHandler, ok } from '../call.ts'
import { badField } from '../problems.ts'
import { durationOf, LONGEST_WAIT, unlessGone } from '../wait.ts'

const DEFAULT_SETTLE_MS = 10_000

export const readClock: ControlHandler = ({ parts: { clock } }) =>
  ok({ mode: describeClockMode(clock.mode), now: isoTime(clock.now()) })

export const advanceClock: ControlHandler = async ({ parts: { queue, clock }, body, gone }) => {
  const { attempts } = await unlessGone(queue.advance(advanceOf(body), gone), gone)
  return ok({ now: isoTime(clock.now()), attempts })
}

export const settle: ControlHandler = async ({ parts: { queue }, body, gone }) => {
  const timeout = durationOf(body.timeout, DEFAULT_SETTLE_MS, LONGEST_WAIT)
  if (timeout === undefined) throw badField('/timeout', 'timeout must be at most 1h.')
  const { settled, inFlight, pending, nextAttemptAt } = await unlessGone(queue.settle(timeout, gone), gone)
  return ok({ settled, inFlight, pending, nextAttemptAt: timeOrNull(nextAttemptAt) })
}

function advanceOf({
  by,
  until,
}: JsonObject): { readonly by: number } | { readonly until: 'next-attempt' | 'settled' } {
  if (until !== undefined) return { until: until as 'next-attempt' | 'settled' }
  return { by: durationOf(by, 0, LAST_INSTANT) ?? 0 }
}
