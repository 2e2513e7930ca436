import type { Body } from '../core/body.ts'
import type { Clock, Instant } from '../core/clock.ts'
import type { Event } from '../core/event.ts'
import type { AccountName, Chance, WebhookId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import type { Webhook } from '../core/webhook.ts'
import { newDelivery } from '../event/new-delivery.ts'
import type { Provider } from '../spec/provider.ts'
import type { IdFormat } from '../spec/vocabulary.ts'
import type { AttemptFacts } from './header-value.ts'

export interface UnregisteredInput {
  readonly provider: Provider
  readonly account: AccountName
  readonly type: string
  readonly body: Body
  /** The event's id in the provider's own format. */
  readonly id: string
  readonly occurredAt: Instant
  readonly url: string
  /** The newest first. */
  readonly secrets: readonly string[]
  readonly fields?: JsonObject
}

interface Parts {
  readonly clock: Pick<Clock, 'now' | 'wall'>
  readonly chance: Chance
}

/** The first attempt of an event at a webhook that nobody registered. */
export function unregisteredAttempt(input: UnregisteredInput, { clock, chance }: Parts): AttemptFacts {
  const { provider, account, type, body, id, occurredAt } = input
  const now = clock.now()
  const event: Event = {
    id: chance.event(),
    providerId: id,
    provider: provider.id,
    account,
    type,
    occurredAt,
    body,
  }
  const webhook = unregistered(event, input, chance)
  const delivery = newDelivery(event, webhook, { chance, now })
  const attemptId = freshId(provider.delivery.attemptId, { clock, chance })
  return { event, webhook, delivery, attemptId, number: 1, sequence: 1, sentAt: now }
}

/** Without a mock there is no counter, so numbered ids follow the time: each is new. */
export function freshId(format: IdFormat, { clock, chance }: Parts): string {
  if (format.format === 'uuid') return chance.uuid()
  if (format.format === 'sequence') return String(clock.wall())
  return `${format.prefix ?? ''}${chance.text(format.alphabet, format.length)}`
}

function unregistered(
  event: Event,
  { url, secrets: [secret = '', ...older], fields = {} }: UnregisteredInput,
  chance: Chance,
): Webhook {
  const id: WebhookId = chance.webhook()
  return {
    id,
    providerId: id,
    provider: event.provider,
    account: event.account,
    url,
    secret,
    retiredSecrets: older.toReversed().map((one) => ({ secret: one, until: Number.MAX_SAFE_INTEGER })),
    enabled: true,
    filter: null,
    fields,
    createdAt: event.occurredAt,
    updatedAt: event.occurredAt,
    lastSucceededAt: null,
    deletedAt: null,
    failures: { count: 0, since: null },
    disabledBy: null,
  }
}
