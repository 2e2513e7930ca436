import { atPointer, type Json } from '../core/json.ts'
import type { Webhook } from '../core/model.ts'
import type { ResourceKeyword } from '../spec/vocabulary.ts'
/** Why a webhook does not get an event, as the rest of a sentence that begins with the webhook; null when it does. */
export function skipReason(
  { filter: rule }: ResourceKeyword,
  webhook: Webhook,
  event: { readonly type: string; readonly body: Json },
): string | null {
  if (!webhook.enabled) return 'is switched off'
  if (rule === undefined || webhook.filter === null) return null
  const about = rule.match === 'type' ? [event.type] : asTexts(atPointer(event.body, rule.match))
  if (about.some((item) => webhook.filter?.includes(item))) return null
  const watched = webhook.filter.length === 0 ? 'nothing yet' : webhook.filter.join(', ')
  const verb = rule.match === 'type' ? 'is' : 'is for'
  return `watches ${watched}, the event ${verb} ${about.length === 0 ? 'nothing it could watch' : about.join(', ')}`
}

function asTexts(value: Json | undefined): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(asTexts)
  return value === undefined || value === null ? [] : [String(value)]
}
