import { mismatches } from '../../core/match.ts'
import { BOOLEAN, described, object, WEBHOOK_NAME } from '../file/schema-parts.ts'
import type { ExpectationDefinition } from './expectation.ts'

export interface WebhookExpectation {
  readonly webhook: string
  readonly enabled?: boolean
  readonly deleted?: boolean
}

export const webhook: ExpectationDefinition<WebhookExpectation> = {
  about: 'the state of a webhook at its provider',
  schema: object(
    'A webhook.',
    {
      name: WEBHOOK_NAME,
      enabled: described('Whether the provider delivers to it.', BOOLEAN),
      deleted: described('Whether it is gone.', BOOLEAN),
    },
    ['name'],
  ),
  sources: ['webhooks'],
  awaitsDeliveries: true,
  read: ({ name, ...rest }) => ({ webhook: name as string, ...rest }),
  check: (expectation, { names, at }) => names.check(expectation.webhook, 'webhook', `${at}/name`),
  mismatches({ webhook: name, enabled, deleted }, facts) {
    const id = facts.webhook(name)
    const found = facts.webhooks.find((one) => one.id === id)
    const gone = found === undefined ? [{ what: name, expected: 'a webhook', actual: 'deleted' }] : []
    return [
      ...(deleted === undefined ? [] : mismatches(`${name} deleted`, deleted, found === undefined)),
      ...(enabled === undefined ? [] : mismatches(`${name} enabled`, enabled, found?.enabled)),
      ...(deleted === undefined && enabled === undefined ? gone : []),
    ]
  },
}
