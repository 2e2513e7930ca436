import type { JsonObject } from '../../core/json.ts'
import { formatDuration } from '../../core/units.ts'
import {
  describeExpectation,
  EXPECTATION_SCHEMAS,
  type Expectation,
  expectationIssues,
  readExpectation,
  singleExpectationIssues,
} from '../expectations/index.ts'
import { DURATION, described, object } from '../file/schema-parts.ts'
import { patternIssues, waitIssues } from '../file/value-issues.ts'
import { compare } from '../run/compare.ts'
import { resolveReferences } from '../run/context.ts'
import { until } from '../run/until.ts'
import { readDuration, type StepDefinition } from './step.ts'

export interface Wait {
  readonly for: Expectation
  readonly withinMs: number
}

/** Everything that can change an expectation's outcome is watched; this is for what is overlooked. */
const LOOK_EVERY_MS = 2_000

export const wait: StepDefinition<Wait> = {
  about: 'waits, in real time, until an expectation holds',
  example: { received: { count: 1 }, within: '5s' },
  schema: {
    ...object('One expectation, and how long at most.', {
      ...EXPECTATION_SCHEMAS,
      within: described('How long at most. Default: 10s.', DURATION),
    }),
    minProperties: 1,
  },
  checkForm: (value) => singleExpectationIssues(value, '/wait'),
  read(value) {
    const { within, ...expectation } = value as JsonObject
    return { for: readExpectation(expectation), withinMs: readDuration(within, 10_000) }
  },
  check: (step, context) => [
    ...waitIssues(step.withinMs, `${context.at}/within`),
    ...patternIssues(context.written, context.at),
    ...expectationIssues(step.for, context),
  ],
  describe: (step) => `wait until ${describeExpectation(step.for)}`,
  async run(context, step) {
    const expectation = resolveReferences(context, step.for)
    const { environment, clock, signal } = context
    const { withinMs } = step
    const patience = { withinMs, everyMs: LOOK_EVERY_MS, watch: environment.watch, clock, signal }
    const { mismatches, deliveries } = await until(
      () => compare(context, expectation),
      (seen) => seen.mismatches.length === 0,
      patience,
    )
    const after = formatDuration(withinMs)
    return {
      mismatches: mismatches.map((one) => ({ ...one, actual: `${one.actual}, after ${after}` })),
      ...(deliveries !== undefined && { deliveries }),
    }
  },
}
