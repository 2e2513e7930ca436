import type { Instant } from '../core/clock.ts'
import { asText, atPointer, type Json, type JsonObject } from '../core/json.ts'
import type { Account, Webhook } from '../core/model.ts'
import type { ExactJson } from '../core/number-text.ts'
import { isoTime } from '../core/units.ts'
import { eventTypesOf } from '../event/match.ts'
import { sourceValue, wireId } from '../event/value-sources.ts'
import { properties } from '../spec/document.ts'
import type { Provider, Schema } from '../spec/provider.ts'
import type { Normalisation, ResourceKeyword } from '../spec/vocabulary.ts'
import { problem, type RequestProblem } from './context.ts'

/** Undefined: the field counts as absent. */
const RULES: Readonly<Record<Normalisation, (value: Json) => Json | undefined>> = {
  'one-or-many': (value) => (typeof value === 'string' ? [value] : value),
  'dotted-number': (value) => (Array.isArray(value) ? value.map(dotted) : dotted(value)),
  'empty-is-absent': (value) =>
    value === null || (Array.isArray(value) && value.length === 0) ? undefined : value,
}

/** The input with each field written as the provider keeps it. */
export function normalise(input: JsonObject, { normalise: rules = {} }: ResourceKeyword): JsonObject {
  return Object.fromEntries(
    Object.entries(input).flatMap(([field, value]) => {
      const own = Object.hasOwn(rules, field) ? (rules[field] ?? []) : []
      const kept = own.reduce<Json | undefined>(
        (current, rule) => (current === undefined ? undefined : RULES[rule](current)),
        value,
      )
      return kept === undefined ? [] : [[field, kept] as const]
    }),
  )
}

/** 0403170701 → 0403.170.701, and from the first digit 2 on 2123456789 → 2.123.456.789. */
const DIGIT_GROUPS = /^(?:([01]\d{3})(\d{3})(\d{3})|([2-9])(\d{3})(\d{3})(\d{3}))$/

function dotted(value: Json): Json {
  if (typeof value !== 'string') return value
  const digits = DIGIT_GROUPS.exec(value)
  return (
    digits
      ?.slice(1)
      .filter((group) => group !== undefined)
      .join('.') ?? value
  )
}

/** What a request says of a webhook; absent: not mentioned. */
export type WebhookInput = Partial<Pick<Webhook, 'url' | 'enabled' | 'filter' | 'fields'>>

/** What a request body says of a webhook, under hookproof's own names. */
export function readWebhookInput({ resource }: Provider, input: JsonObject): WebhookInput {
  const { id, url, enabled, filter, secret } = resource
  const values = normalise(input, resource)
  const known = new Set([id.field, url.field, enabled?.field, filter?.field, secret.field])
  const { [url.field]: newUrl } = values
  const newEnabled = enabled === undefined ? undefined : values[enabled.field]
  const newFilter = filter === undefined ? undefined : values[filter.field]
  return {
    ...(typeof newUrl === 'string' && { url: newUrl }),
    ...(typeof newEnabled === 'boolean' && { enabled: newEnabled !== (enabled?.inverted === true) }),
    ...(Array.isArray(newFilter) && { filter: unique(newFilter) }),
    fields: Object.fromEntries(Object.entries(values).filter(([name]) => !known.has(name))),
  }
}

/** The filter of a webhook that is created without one. */
export function defaultFilter(provider: Provider, account: Account): readonly string[] | null {
  const { filter } = provider.resource
  if (filter === undefined) return null
  return filter.default === 'all-types' ? eventTypesOf(provider, account) : []
}

/** The problem that a filter names an event type that the account does not have; null: it has all of them. */
export function filterProblem(
  { resource: { filter: rule } }: Provider,
  account: Account,
  { filter }: WebhookInput,
): RequestProblem | null {
  const { events } = account
  if (rule?.match !== 'type' || events === undefined) return null
  const at = filter?.findIndex((type) => !events.includes(type)) ?? -1
  if (at < 0) return null
  return problem('schema', {
    place: `/${rule.field}/${at}`,
    keyword: 'enum',
    value: filter?.[at] ?? '',
    allowed: events,
    reason: 'must be equal to one of the allowed values',
  })
}

/** A webhook with what a partial update says of it. */
export function updatedWebhook(webhook: Webhook, input: WebhookInput, now: Instant): Webhook {
  const switchedOn = input.enabled === true && !webhook.enabled
  const switchedOff = input.enabled === false && webhook.enabled
  return {
    ...webhook,
    ...input,
    fields: { ...webhook.fields, ...input.fields },
    updatedAt: now,
    ...(switchedOff && { switchedOffAt: now }),
    ...(switchedOn && { failures: { count: 0, since: null }, disabledBy: null, switchedOffAt: null }),
  }
}

function unique(values: readonly Json[]): readonly string[] {
  return [...new Set(values.map(asText))]
}

/** A webhook by the names of the provider's wire. What of it is shown is the response schema's matter. */
export function webhookView(
  { resource, events }: Provider,
  webhook: Webhook,
): { readonly [name: string]: ExactJson } {
  const { id, url, enabled, secret, filter, narrow, health = {}, timestamps = {}, derived = {} } = resource
  const times: readonly (readonly [string | undefined, number | null])[] = [
    [timestamps.created, webhook.createdAt],
    [timestamps.updated, webhook.updatedAt],
    [timestamps.lastSucceeded, webhook.lastSucceededAt],
    [health.disabledAt, offSince(webhook)],
  ]
  const everything = filter?.match === 'type' ? [...events.keys()] : []
  const known: readonly (readonly [string | undefined, ExactJson | undefined])[] = [
    [id.field, wireId(id, webhook.providerId)],
    [url.field, webhook.url],
    [enabled?.field, enabled?.inverted === true ? !webhook.enabled : webhook.enabled],
    [secret.field, webhook.secret],
    [filter?.field, webhook.filter ?? everything],
    [narrow?.field, (narrow && webhook.fields[narrow.field]) ?? narrow?.default],
    [health.failures, webhook.failures.count],
    [health.lastError?.field, failureValue('attempt.error', health.lastError, webhook)],
    [health.lastCause?.field, failureValue('attempt.cause', health.lastCause, webhook)],
    [health.disabledBy?.field, disabler(health.disabledBy, webhook)],
    ...times.map(([name, at]) => [name, at === null ? null : isoTime(at, timestamps.precision)] as const),
    ...Object.entries(derived).map(
      ([name, { from, absent }]) => [name, atPointer(webhook.fields, from) ?? absent] as const,
    ),
  ]
  const shown = known.flatMap(([name, value]) =>
    name === undefined || value === undefined ? [] : [[name, value] as const],
  )
  return { ...webhook.fields, ...Object.fromEntries(shown) }
}

type Health = NonNullable<ResourceKeyword['health']>

function failureValue(
  from: 'attempt.error' | 'attempt.cause',
  rule: Health['lastError'],
  { failures }: Webhook,
): ExactJson | undefined {
  return rule && sourceValue({ ...rule, from }, {}, { failure: failures.last ?? null })
}

/** The word for who switched a webhook off; nothing while it is on. */
function disabler(words: Health['disabledBy'], { enabled, disabledBy }: Webhook): string | undefined {
  if (words === undefined || enabled) return undefined
  return disabledBy === null ? words.owner : words.provider
}

function offSince({ enabled, disabledBy, switchedOffAt = null, updatedAt }: Webhook): Instant | null {
  return enabled ? null : (disabledBy?.at ?? switchedOffAt ?? updatedAt)
}

/** The schema of a webhook's fields: those in the body of the operation that creates webhooks. */
export function registrationSchema({ operations }: Provider): Schema {
  const create = operations.find(({ mock }) => mock?.action === 'create')
  const body = create?.body?.contents[0]?.schema ?? {}
  const wrapper = create?.mock?.input
  if (wrapper === undefined) return body
  return properties(body).find(([name]) => name === wrapper)?.[1] ?? {}
}
