import type { Instant } from '../core/clock.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { Webhook } from '../core/webhook.ts'
import type { Provider } from '../spec/provider.ts'
import { normalise } from './normalise.ts'

type Given = Partial<Pick<Webhook, 'url' | 'enabled' | 'filter' | 'fields'>>

/** What a request body says of a webhook, by hookproof's own words. */
export function readWebhookInput({ resource }: Provider, input: JsonObject): Given {
  const { id, url, enabled, filter, secret } = resource
  const given = normalise(input, resource)
  const apart = new Set([id.field, url.field, enabled?.field, filter?.field, secret.field])
  const { [url.field]: newUrl } = given
  const newEnabled = enabled === undefined ? undefined : given[enabled.field]
  const newFilter = filter === undefined ? undefined : given[filter.field]
  return {
    ...(typeof newUrl === 'string' && { url: newUrl }),
    ...(typeof newEnabled === 'boolean' && { enabled: newEnabled !== (enabled?.inverted === true) }),
    ...(Array.isArray(newFilter) && { filter: unique(newFilter) }),
    fields: Object.fromEntries(Object.entries(given).filter(([name]) => !apart.has(name))),
  }
}

/** What a webhook watches when its maker does not say. */
export function defaultFilter({ resource, events }: Provider): readonly string[] | null {
  if (resource.filter === undefined) return null
  return resource.filter.default === 'all-types' ? [...events.keys()] : []
}

/** A webhook with what a partial update says of it. */
export function updatedWebhook(webhook: Webhook, given: Given, now: Instant): Webhook {
  const switchedOn = given.enabled === true && !webhook.enabled
  return {
    ...webhook,
    ...given,
    fields: { ...webhook.fields, ...given.fields },
    updatedAt: now,
    ...(switchedOn && { failures: { count: 0, since: null }, disabledBy: null }),
  }
}

function unique(values: readonly Json[]): readonly string[] {
  return [...new Set(values.map(String))]
}
