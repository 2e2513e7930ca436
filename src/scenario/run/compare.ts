import { type Expectation, expectationDefinition, expectationMismatches } from '../expectations/index.ts'
import { DONE, type ScenarioContext, type StepOutcome } from './context.ts'
import { gatherFacts } from './facts.ts'

const MAX_DELIVERIES = 5

/** Compares what is there now with an expectation whose references are filled in. */
export async function compare(context: ScenarioContext, expectation: Expectation): Promise<StepOutcome> {
  const definition = expectationDefinition(expectation.kind)
  const facts = await gatherFacts(context, definition.sources)
  const mismatches = expectationMismatches(expectation, facts)
  if (mismatches.length === 0) return DONE
  const all = definition.deliveries?.(expectation, facts) ?? []
  // First those that a mismatch names.
  const isNamed = (id: string) => mismatches.some(({ what }) => what.startsWith(id))
  const deliveries = all
    .toSorted((a, b) => Number(isNamed(b.id)) - Number(isNamed(a.id)))
    .slice(0, MAX_DELIVERIES)
  return { mismatches, deliveries }
}
