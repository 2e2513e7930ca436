import type { Expectation } from '../scenario.ts'
import type { Mismatch } from '../scenario-result.ts'
import type { Facts } from './facts.ts'
import { mismatches } from './pattern.ts'

/** Unless something else is expected, there is none. */
export function violationMismatches(
  { by, rule, provider, account, count = 0 }: Extract<Expectation, { kind: 'violations' }>,
  facts: Facts,
): readonly Mismatch[] {
  const meant = facts.violations.filter(
    (one) =>
      (by === null || one.by === by) &&
      (provider === undefined || one.provider === provider) &&
      (account === undefined || one.account === account) &&
      (rule === undefined || mismatches('rule', rule, one.rule).length === 0),
  )
  const [first] = meant
  const found = mismatches('violations', count, meant.length)
  if (first === undefined) return found
  const told = `the first one by the ${first.by}: ${first.location} ${first.message}`
  return found.map((one) => ({ ...one, actual: `${one.actual}; ${told}` }))
}
