import { type Expectation, expectationDefinition, expectationMismatches } from '../expectations/index.ts'
import { DONE, type ScenarioContext, type StepOutcome } from './context.ts'
import { gatherFacts } from './facts.ts'

const MAX_DELIVERIES = 5

/** Compares the present state of the mock with an expectation whose references have been resolved. */
export async function compare(context: ScenarioContext, expectation: Expectation): Promise<StepOutcome> {
  const definition = expectationDefinition(expectation.kind)
  const facts = await gatherFacts(context, definition.sources)
  const mismatches = expectationMismatches(expectation, facts)
  if (mismatches.length === 0) return DONE
  const all = definition.deliveries?.(expectation, facts) ?? []
  // Deliveries that a mismatch names come first.
  const isNamed = (id: string) => mismatches.some(({ what }) => what.startsWith(id))
  const deliveries = all
    .toSorted((a, b) => Number(isNamed(b.id)) - Number(isNamed(a.id)))
    .slice(0, MAX_DELIVERIES)
  return { mismatches, deliveries }
}
