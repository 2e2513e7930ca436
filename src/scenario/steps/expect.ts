import type { DeliveryView } from '../../api/views.ts'
import type { Clock } from '../../core/clock.ts'
import { formatDuration } from '../../core/units.ts'
import { deliveriesMeant } from '../expectations/delivery.ts'
import type { Facts } from '../expectations/facts.ts'
import { expectationMismatches } from '../expectations/index.ts'
import type { Mismatch } from '../result.ts'
import { DONE, filled, type ScenarioContext, type StepOutcome } from '../run/context.ts'
import type { Expectation, Step } from '../scenario.ts'
export interface Patience {
  readonly withinMs: number
  /** At least so often. */
  readonly everyMs: number
  /** Calls its argument whenever it is worth looking; returns how to stop. */
  readonly watch?: (nudge: () => void) => () => void
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** However often something happens: a look costs more than nothing. */
const SHORTEST_PAUSE_MS = 5

/** Looks again and again, at every nudge and at least every so often, until it is satisfied or the time is over. */
export async function until<T>(
  look: () => Promise<T>,
  isEnough: (seen: T) => boolean,
  { withinMs, everyMs, watch = () => () => {}, clock, signal }: Patience,
): Promise<T> {
  const end = clock.elapsed() + withinMs
  let nudged = () => {}
  let isNudged = false
  const leave = watch(() => {
    isNudged = true
    nudged()
  })
  try {
    for (;;) {
      isNudged = false
      const started = clock.elapsed()
      const seen = await look()
      const now = clock.elapsed()
      if (isEnough(seen) || now >= end || signal.aborted) return seen
      await pause(Math.min(Math.max(SHORTEST_PAUSE_MS, now - started), end - now), signal)
      const left = Math.min(everyMs, end - clock.elapsed())
      if (!isNudged && left > 0)
        await pause(left, signal, (wake) => {
          nudged = wake
        })
    }
  } finally {
    leave()
  }
}

function pause(ms: number, signal: AbortSignal, offer: (wake: () => void) => void = () => {}): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    offer(end)
  })
}

const SETTLE_MS = 10_000

/** Whatever can change tells of itself; this is for what nobody thought of. */
const LOOK_EVERY_MS = 2_000

const MOST_SHOWN = 5

/** What deliveries on their way may still change. */
const WAITS_FOR_DELIVERIES: readonly Expectation['kind'][] = ['delivery', 'received', 'violations', 'webhook']

/** Holds what happened so far to an expectation; what is on its way has to have arrived before. */
export async function expectNow(
  play: ScenarioContext,
  { that }: Extract<Step, { kind: 'expect' }>,
): Promise<StepOutcome> {
  if (WAITS_FOR_DELIVERIES.includes(that.kind)) await play.stage.mock.settle(SETTLE_MS)
  return judged(filled(play, that), await play.facts(that.kind))
}

/** Looks whenever something happens until the expectation holds, or the time is over. */
export async function waitFor(
  play: ScenarioContext,
  { for: wanted, withinMs }: Extract<Step, { kind: 'wait' }>,
): Promise<StepOutcome> {
  const expectation = filled(play, wanted)
  const look = async () => judged(expectation, await play.facts(wanted.kind))
  const { stage, clock, signal } = play
  const { watch } = stage
  const patience = { withinMs, everyMs: LOOK_EVERY_MS, watch, clock, signal }
  const { mismatches, deliveries } = await until(look, (seen) => seen.mismatches.length === 0, patience)
  const after = formatDuration(withinMs)
  return {
    mismatches: mismatches.map((one) => ({ ...one, actual: `${one.actual}, after ${after}` })),
    ...(deliveries !== undefined && { deliveries }),
  }
}

function judged(expectation: Expectation, facts: Facts): StepOutcome {
  const mismatches = expectationMismatches(expectation, facts)
  return mismatches.length === 0 ? DONE : { mismatches, deliveries: shown(expectation, facts, mismatches) }
}

/** Deliveries that were looked at, those first of which something is said. */
function shown(
  expectation: Expectation,
  facts: Facts,
  mismatches: readonly Mismatch[],
): readonly DeliveryView[] {
  if (expectation.kind !== 'delivery' && expectation.kind !== 'received') return []
  const isTold = ({ id }: DeliveryView) => mismatches.some(({ what }) => what.startsWith(id))
  return deliveriesMeant(expectation, facts)
    .toSorted((a, b) => Number(isTold(b)) - Number(isTold(a)))
    .slice(0, MOST_SHOWN)
}
