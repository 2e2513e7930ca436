import { asText, type Json } from '../../core/json.ts'
import type { Webhook } from '../../core/model.ts'
import type { ActionResult, Call } from '../context.ts'
import { findWebhook } from '../lookup.ts'
import { changeWebhook } from '../stored-webhook.ts'
import { normalise } from '../webhook-fields.ts'

export async function listFilters(call: Call): Promise<ActionResult> {
  const found = await findWebhook(call)
  return 'problem' in found ? found : { result: found.webhook.filter ?? [] }
}

/** Counts what was really added: what is watched already is passed over. */
export function addFilters(call: Call): Promise<ActionResult> {
  return changeFilters(call, (watched, named) => [...new Set([...watched, ...named])])
}

/** Counts what was really removed. */
export function removeFilters(call: Call): Promise<ActionResult> {
  return changeFilters(call, (watched, named) => watched.filter((one) => !named.has(one)))
}

type Change = (watched: readonly string[], named: ReadonlySet<string>) => readonly string[]

async function changeFilters(call: Call, change: Change): Promise<ActionResult> {
  const found = await findWebhook(call)
  if ('problem' in found) return found
  const { parts, provider, keeping } = call
  const { [provider.resource.filter?.field ?? '']: types } = normalise(call.input, provider.resource)
  const named = new Set(Array.isArray(types) ? (types as readonly Json[]).map(asText) : [])
  let changed = 0
  const changeFilter = (webhook: Webhook): Webhook => {
    const watched = webhook.filter ?? []
    const filter = change(watched, named)
    changed = Math.abs(filter.length - watched.length)
    return { ...webhook, filter, updatedAt: parts.clock.now() }
  }
  const resultNow = () => ({ result: undefined, filtersChanged: changed })
  await changeWebhook(parts, found.webhook.id, changeFilter, () => keeping.answered(resultNow()))
  return resultNow()
}
