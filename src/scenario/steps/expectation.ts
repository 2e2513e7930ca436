import type { DeliveryView } from '../../control/views/view-shapes.ts'
import { formatDuration } from '../../core/duration.ts'
import { deliveriesMeant } from '../expectations/delivery.ts'
import type { Facts } from '../expectations/facts.ts'
import { expectationMismatches } from '../expectations/index.ts'
import { DONE, filled, type Play, type StepOutcome } from '../play/play.ts'
import type { Expectation, Step } from '../scenario.ts'
import type { Mismatch } from '../scenario-result.ts'
import { until } from './until.ts'

const SETTLE_MS = 10_000
/** Whatever can change tells of itself; this is for what nobody thought of. */
const LOOK_EVERY_MS = 2_000
const MOST_SHOWN = 5

/** What deliveries on their way may still change. */
const WAITS_FOR_DELIVERIES: readonly Expectation['kind'][] = ['delivery', 'received', 'violations', 'webhook']

/** Holds what happened so far to an expectation; what is on its way has to have arrived before. */
export async function expectNow(
  play: Play,
  { that }: Extract<Step, { kind: 'expect' }>,
): Promise<StepOutcome> {
  if (WAITS_FOR_DELIVERIES.includes(that.kind)) await play.stage.mock.settle(SETTLE_MS)
  return judged(filled(play, that), await play.facts(that.kind))
}

/** Looks whenever something happens until the expectation holds, or the time is over. */
export async function waitFor(
  play: Play,
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
