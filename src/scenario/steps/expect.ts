import type { JsonObject } from '../../core/json.ts'
import {
  describeExpectation,
  EXPECTATION_SCHEMAS,
  type Expectation,
  expectationDefinition,
  expectationIssues,
  readExpectation,
  singleExpectationIssues,
} from '../expectations/index.ts'
import { object } from '../file/schema-parts.ts'
import { patternIssues } from '../file/value-issues.ts'
import { compare } from '../run/compare.ts'
import { resolveReferences } from '../run/context.ts'
import type { StepDefinition } from './step.ts'

export interface Expect {
  readonly that: Expectation
}

const SETTLE_MS = 10_000

export const expect: StepDefinition<Expect> = {
  about: 'compares what has happened so far with an expectation',
  example: { delivery: { status: 'succeeded', attempts: 3 } },
  schema: { ...object('One expectation.', EXPECTATION_SCHEMAS), minProperties: 1, maxProperties: 1 },
  checkForm: (value) => singleExpectationIssues(value, '/expect'),
  read: (value) => ({ that: readExpectation(value as JsonObject) }),
  check: ({ that }, context) => [
    ...patternIssues(context.written, context.at),
    ...expectationIssues(that, context),
  ],
  describe: ({ that }) => `expect ${describeExpectation(that)}`,
  async run(context, { that }) {
    // Deliveries that are under way must arrive before they are compared.
    if (expectationDefinition(that.kind).awaitsDeliveries) await context.environment.mock.settle(SETTLE_MS)
    return compare(context, resolveReferences(context, that))
  },
}
