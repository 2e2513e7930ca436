import type { Finding } from '../contract/messages.ts'
import { valueProblems } from '../contract/validate.ts'
import type { Clock, Instant } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import type { Feed } from '../core/feed.ts'
import { atPointer, isJsonObject, type Json, pointerSteps, toPointer } from '../core/json.ts'
import {
  type Account,
  type Delivery,
  type DeliveryCause,
  type Event,
  type Skip,
  toBody,
  type Webhook,
} from '../core/model.ts'
import type { DeliveryId, Random } from '../core/random.ts'
import { nearest, suggestion } from '../core/text.ts'
import type { EventType, Provider } from '../spec/provider.ts'
import { type Change, put, type Store } from '../state/store.ts'
import { composeEvent, givenIdentity, newId, withoutFields } from './compose.ts'
import { skipReason } from './match.ts'
/** A pending delivery of an event to a webhook, due at once. */
export function newDelivery(
  event: Event,
  webhook: Webhook,
  {
    rng,
    now,
    cause = 'event',
    resendOf = null,
  }: {
    readonly rng: Random
    readonly now: Instant
    readonly cause?: DeliveryCause
    readonly resendOf?: DeliveryId | null
  },
): Delivery {
  return {
    id: rng.delivery(),
    provider: event.provider,
    account: event.account,
    event: event.id,
    webhook: webhook.id,
    cause,
    status: 'pending',
    reason: null,
    attempts: 0,
    delaysUsed: 0,
    nextAttemptAt: now,
    resendOf,
    createdAt: now,
    settledAt: null,
  }
}

/** The composed body breaks the event's schema, and nobody asked for that with `raw`. */
export class EventContractError extends MockError {
  readonly findings: readonly Finding[]

  constructor(type: string, findings: readonly Finding[]) {
    const list = findings.map(({ location, message }) => `${location} ${message}`).join('; ')
    super('input', 'BROKEN_CONTRACT', `The body breaks the contract of ${type}: ${list}.`, {
      hint: 'Correct the payload, or say raw: true to send it all the same.',
    })
    this.findings = findings
  }
}

interface EmitParts {
  readonly store: Store
  readonly clock: Clock
  readonly rng: Random
  readonly feed: Feed
  readonly queue: { wake(): void }
}

interface Trigger {
  readonly provider: Provider
  readonly account: Account
  readonly type: string
  /** Merged over the type's sample. */
  readonly payload?: Json | undefined
  /** JSON pointers of fields that are taken out of the composed body. */
  readonly remove?: readonly string[] | undefined
  /** The event's id in the provider's format. */
  readonly id?: string | undefined
  /** Send the body even where it breaks the event's schema. */
  readonly raw?: boolean | undefined
}

/** An event that was made to happen, with its deliveries and the webhooks that were passed over. */
export interface Emission {
  readonly event: Event
  readonly deliveries: readonly Delivery[]
  readonly skipped: readonly Skip[]
}

/** Makes an event and a delivery for each webhook of the account that watches for it, keeps both, and sets them off. */
export async function emitEvent(parts: EmitParts, trigger: Trigger): Promise<Emission> {
  const { store, clock, rng } = parts
  const { event, body, changes } = await makeEvent(parts, trigger)
  const webhooks = await store.webhooks({ provider: trigger.provider.id, account: trigger.account.name })
  const now = clock.now()
  const deliveries: Delivery[] = []
  const skipped: Skip[] = webhooks.length === 0 ? [{ webhook: null, reason: noWebhook(trigger) }] : []
  for (const webhook of webhooks) {
    const reason = skipReason(trigger.provider.resource, webhook, { type: event.type, body })
    if (reason === null) deliveries.push(newDelivery(event, webhook, { rng, now }))
    else skipped.push({ webhook: brief(webhook), reason })
  }
  await store.commit([...changes, put('events', event), ...deliveries.map((one) => put('deliveries', one))])
  parts.feed.publish({ type: 'event', event, deliveries, skipped })
  parts.queue.wake()
  return { event, deliveries, skipped }
}

/** An event that is not kept yet: commit `changes` and the event together. */
export async function makeEvent(
  parts: Pick<EmitParts, 'store' | 'clock' | 'rng'>,
  { provider, account, type: typeName, payload, remove = [], id, raw = false }: Trigger,
): Promise<{ event: Event; body: Json; changes: readonly Change[] }> {
  const type = eventType(provider, typeName)
  const given = givenIdentity(type, payload)
  const fixedId = id ?? given.id
  const made =
    fixedId === undefined
      ? await newId(provider.delivery.eventId, `${provider.id}:event`, parts)
      : { id: fixedId, changes: [] }
  const occurredAt = given.occurredAt ?? parts.clock.now()
  const composed = composeEvent(type, payload, { id: made.id, occurredAt })
  const body = withoutFields(type.type, composed, remove.map(pointerSteps))
  const findings = raw ? [] : bodyFindings(type, body)
  if (findings.length > 0) throw new EventContractError(type.type, findings)
  const event: Event = {
    id: parts.rng.event(),
    providerId: made.id,
    provider: provider.id,
    account: account.name,
    type: type.type,
    occurredAt,
    body: toBody(Buffer.from(JSON.stringify(body))),
    ...(raw && { raw }),
  }
  return { event, body, changes: made.changes }
}

export function bodyFindings(type: EventType, body: Json): readonly Finding[] {
  return valueProblems(type.schema, body, 'request').map(({ place, keyword, message }) => ({
    location: `body${place}`,
    rule: keyword,
    message: UNDECLARED.has(keyword) ? `${message}${slip(place, body)}` : message,
  }))
}

const UNDECLARED: ReadonlySet<string> = new Set(['additionalProperties', 'unevaluatedProperties'])

/** The field beside an undeclared one that it most likely was to be. */
function slip(place: string, body: Json): string {
  const steps = pointerSteps(place)
  const parent = atPointer(body, toPointer(steps.slice(0, -1)))
  const name = steps.at(-1) ?? ''
  const others = isJsonObject(parent) ? Object.keys(parent).filter((key) => key !== name) : []
  const meant = nearest(name, others)
  return meant === undefined ? '' : ` (did you mean "${meant}"?)`
}

export function eventType(provider: Provider, name: string): EventType {
  const type = provider.events.get(name)
  if (type !== undefined) return type
  throw new MockError(
    'input',
    'UNKNOWN_EVENT',
    `Failed to find the event type "${name}" of ${provider.id}.`,
    {
      hint: suggestion(String(name), [...provider.events.keys()]),
    },
  )
}

function noWebhook({ provider }: Trigger): string {
  return `no webhook is registered with ${provider.id} for this account`
}

function brief({ id, providerId, url }: Webhook): Skip['webhook'] {
  return { id, providerId, url }
}
