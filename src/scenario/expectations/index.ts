import type { Mismatch } from '../result.ts'
import type { Expectation } from '../scenario.ts'
import { deliveryMismatches } from './delivery.ts'
import type { Facts } from './facts.ts'
import { answerMismatches, requestMismatches, violationMismatches, webhookMismatches } from './others.ts'
import { receivedMismatches } from './received.ts'

type Judges = {
  readonly [K in Expectation['kind']]: (
    expectation: Extract<Expectation, { kind: K }>,
    facts: Facts,
  ) => readonly Mismatch[]
}

const JUDGES: Judges = {
  delivery: deliveryMismatches,
  received: receivedMismatches,
  requests: requestMismatches,
  violations: violationMismatches,
  webhook: webhookMismatches,
  answer: (expectation, facts) => answerMismatches(expectation, facts.answer(expectation.of)),
}

/** Where the facts are not as expected; nothing: they are. */
export function expectationMismatches(expectation: Expectation, facts: Facts): readonly Mismatch[] {
  const judge = JUDGES[expectation.kind] as (expectation: Expectation, facts: Facts) => readonly Mismatch[]
  return judge(expectation, facts)
}
