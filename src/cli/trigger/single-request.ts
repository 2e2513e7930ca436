import { toBody } from '../../core/body.ts'
import type { Clock } from '../../core/clock.ts'
import { MockError } from '../../core/errors.ts'
import type { Event } from '../../core/event.ts'
import type { Chance, WebhookId } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import { withoutAt } from '../../core/merge.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { AttemptFacts } from '../../delivery/header-value.ts'
import { composeEvent, givenIdentity } from '../../event/compose-event.ts'
import { bodyFindings, EventContractError, eventType } from '../../event/emit-event.ts'
import { newDelivery } from '../../event/new-delivery.ts'
import type { Provider } from '../../spec/provider.ts'
import type { IdFormat } from '../../spec/vocabulary.ts'
import { pathSteps } from './payload.ts'

export interface SingleRequest {
  readonly provider: Provider
  readonly type: string
  readonly url: string
  readonly secret: string
  readonly payload: Json | undefined
  readonly remove: readonly string[]
  readonly id: string | undefined
  readonly account: string | undefined
  readonly raw: boolean
}

interface Parts {
  readonly clock: Clock
  readonly chance: Chance
}

/**
 * The first attempt of an event at a webhook that nobody registered.
 * @throws MockError BROKEN_CONTRACT for a body that breaks the event's schema, unless `raw`.
 */
export function singleAttempt(request: SingleRequest, { clock, chance }: Parts): AttemptFacts {
  const { provider, url, secret, payload, remove, raw } = request
  const type = eventType(provider, request.type)
  const given = givenIdentity(type, payload)
  const now = clock.now()
  const id = request.id ?? given.id ?? freshId(provider.delivery.eventId, { clock, chance })
  const occurredAt = given.occurredAt ?? now
  const composed = composeEvent(type, payload, { id, occurredAt })
  const body = remove.reduce((rest, path) => withoutAt(rest, pathSteps(path)), composed)
  const findings = raw ? [] : bodyFindings(type, body)
  if (findings.length > 0)
    throw new MockError(
      'input',
      'BROKEN_CONTRACT',
      `Failed to trigger ${type.type}: ${new EventContractError(type.type, findings).message}`,
      {
        hint: 'Send it all the same with --raw.',
      },
    )
  const account = accountNamed(provider, request.account)
  const event: Event = {
    id: chance.event(),
    providerId: id,
    provider: provider.id,
    account,
    type: type.type,
    occurredAt,
    body: toBody(Buffer.from(JSON.stringify(body))),
  }
  const webhook = unregistered(event, url, secret, chance)
  const delivery = newDelivery(event, webhook, { chance, now })
  const attemptId = freshId(provider.delivery.attemptId, { clock, chance })
  return { event, webhook, delivery, attemptId, number: 1, sequence: 1, sentAt: now }
}

function accountNamed(provider: Provider, name: string | undefined): Event['account'] {
  const account = provider.accounts.find((one) => name === undefined || one.name === name)
  if (account !== undefined) return account.name
  throw new MockError('input', 'UNKNOWN_ACCOUNT', `Failed to find the account "${name}" of ${provider.id}.`, {
    hint: `Known are: ${provider.accounts.map((one) => one.name).join(', ')}.`,
  })
}

/** Without a mock there is no counter, so numbered ids follow the time: each is new. */
function freshId(format: IdFormat, { clock, chance }: Parts): string {
  if (format.format === 'uuid') return chance.uuid()
  if (format.format === 'sequence') return String(clock.wall())
  return `${format.prefix ?? ''}${chance.text(format.alphabet, format.length)}`
}

function unregistered(event: Event, url: string, secret: string, chance: Chance): Webhook {
  const id: WebhookId = chance.webhook()
  return {
    id,
    providerId: id,
    provider: event.provider,
    account: event.account,
    url,
    secret,
    retiredSecrets: [],
    enabled: true,
    filter: null,
    fields: {},
    createdAt: event.occurredAt,
    updatedAt: event.occurredAt,
    lastSucceededAt: null,
    deletedAt: null,
    failures: { count: 0, since: null },
    disabledBy: null,
  }
}
