import { mismatches, type Pattern } from '../../core/match.ts'
import type { Violation } from '../../core/model.ts'
import { findNamed } from '../../spec/names.ts'
import { COUNT, described, HOW_MANY, object, PATTERN, TARGET } from '../file/schema-parts.ts'
import type { Target } from '../situation.ts'
import type { ExpectationDefinition } from './expectation.ts'

export interface ViolationsExpectation extends Target {
  readonly by: Violation['by'] | null
  readonly count?: Pattern
  readonly rule?: Pattern
}

export const violations: ExpectationDefinition<ViolationsExpectation> = {
  about: 'which contracts were broken',
  schema: {
    anyOf: [
      COUNT,
      object('Violations. Unless `count` says otherwise, there is none.', {
        by: described('Who broke it: client, receiver or mock.', { enum: ['client', 'receiver', 'mock'] }),
        rule: described('The rule that was broken.', PATTERN),
        count: HOW_MANY,
        ...TARGET,
      }),
    ],
  },
  sources: ['log'],
  awaitsDeliveries: true,
  read: ({ by, ...rest }) => ({ by: (by as Violation['by'] | undefined) ?? null, ...rest }),
  check: (expectation, { providers, at }) => providers.checkTarget(expectation, at),
  mismatches({ by, rule, provider: name, account, count = 0 }, facts) {
    const provider = name && (findNamed(facts.providers, name)?.id ?? name)
    const chosen = facts.violations.filter(
      (one) =>
        (by === null || one.by === by) &&
        (provider === undefined || one.provider === provider) &&
        (account === undefined || one.account === account) &&
        (rule === undefined || mismatches('rule', rule, one.rule).length === 0),
    )
    const [first] = chosen
    const found = mismatches('violations', count, chosen.length)
    if (first === undefined) return found
    const example = `the first one by the ${first.by}: ${first.location} ${first.message}`
    return found.map((one) => ({ ...one, actual: `${one.actual}; ${example}` }))
  },
}
