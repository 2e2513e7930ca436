import type { Expectation } from '../scenario.ts'
import type { Mismatch } from '../scenario-result.ts'
import type { Facts } from './facts.ts'
import { mismatches } from './pattern.ts'

export function webhookMismatches(
  { webhook: name, enabled, deleted }: Extract<Expectation, { kind: 'webhook' }>,
  facts: Facts,
): readonly Mismatch[] {
  const id = facts.webhook(name)
  const found = facts.webhooks.find((one) => one.id === id)
  const gone = found === undefined ? [{ what: name, expected: 'a webhook', actual: 'deleted' }] : []
  return [
    ...(deleted === undefined ? [] : mismatches(`${name} deleted`, deleted, found === undefined)),
    ...(enabled === undefined ? [] : mismatches(`${name} enabled`, enabled, found?.enabled)),
    ...(deleted === undefined && enabled === undefined ? gone : []),
  ]
}
