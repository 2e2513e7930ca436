import { asText, atPointer, type Json } from '../core/json.ts'
import type { Account, Webhook } from '../core/model.ts'
import { listSome } from '../core/text.ts'
import type { Provider } from '../spec/provider.ts'
import type { ResourceKeyword } from '../spec/vocabulary.ts'

/** The event types that are available to an account. */
export function eventTypesOf(provider: Pick<Provider, 'events'>, account: Account): readonly string[] {
  return account.events ?? [...provider.events.keys()]
}

/** Why a webhook does not get an event, as the rest of a sentence that begins with the webhook; null when it does. */
export function skipReason(
  { filter: rule, narrow }: ResourceKeyword,
  webhook: Webhook,
  event: { readonly type: string; readonly body: Json },
): string | null {
  if (!webhook.enabled) return 'is switched off'
  return narrowReason(narrow, webhook, event.body) ?? filterReason(rule, webhook, event)
}

/** Why a further field of the webhook keeps the event from it. */
function narrowReason(rule: ResourceKeyword['narrow'], { fields }: Webhook, body: Json): string | null {
  if (rule === undefined) return null
  const wanted = asText(fields[rule.field] ?? rule.default)
  if (wanted === rule.everything) return null
  const about = asTexts(atPointer(body, rule.match))
  if (about.length === 0 || about.includes(wanted)) return null
  return `has the ${rule.field} "${wanted}", the event "${listSome(about)}"`
}

function filterReason(
  rule: ResourceKeyword['filter'],
  webhook: Webhook,
  event: { readonly type: string; readonly body: Json },
): string | null {
  if (rule === undefined || webhook.filter === null) return null
  const about = new Set(rule.match === 'type' ? [event.type] : asTexts(atPointer(event.body, rule.match)))
  if (webhook.filter.some((item) => about.has(item))) return null
  const watched = webhook.filter.length === 0 ? 'nothing yet' : listSome(webhook.filter)
  const verb = rule.match === 'type' ? 'is' : 'is for'
  return `watches ${watched}, the event ${verb} ${about.size === 0 ? 'nothing it could watch' : listSome([...about])}`
}

function asTexts(value: Json | undefined): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(asTexts)
  return value === undefined || value === null ? [] : [asText(value)]
}
