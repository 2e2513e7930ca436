import { isoTime } from '../core/iso-time.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { Webhook } from '../core/webhook.ts'
import type { Provider } from '../spec/provider.ts'
import type { IdFormat } from '../spec/vocabulary.ts'

/** A webhook by the names of the provider's wire. What of it is shown is the response schema's matter. */
export function webhookView({ resource, events }: Provider, webhook: Webhook): JsonObject {
  const { id, url, enabled, secret, filter, timestamps = {} } = resource
  const times: readonly (readonly [string | undefined, number | null])[] = [
    [timestamps.created, webhook.createdAt],
    [timestamps.updated, webhook.updatedAt],
    [timestamps.lastSucceeded, webhook.lastSucceededAt],
  ]
  const everything = filter?.match === 'type' ? [...events.keys()] : []
  const known: readonly (readonly [string | undefined, Json])[] = [
    [id.field, wireId(id, webhook.providerId)],
    [url.field, webhook.url],
    [enabled?.field, enabled?.inverted === true ? !webhook.enabled : webhook.enabled],
    [secret.field, webhook.secret],
    [filter?.field, webhook.filter ?? everything],
    ...times.map(([name, at]) => [name, at === null ? null : isoTime(at)] as const),
  ]
  return { ...webhook.fields, ...Object.fromEntries(known.filter(([name]) => name !== undefined)) }
}

/** Numbered ids are numbers on the wire, all others are strings. */
export function wireId({ format }: IdFormat, id: string): Json {
  return format === 'sequence' ? Number(id) : id
}
