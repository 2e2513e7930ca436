import type { Webhook } from '../core/webhook.ts'
import type { Call } from './call.ts'
import { problem, type RequestProblem } from './problem.ts'

/** The webhook that the request names, or why there is none for this account. */
export async function findWebhook({
  parts,
  provider,
  mock,
  account,
  path,
  query,
}: Call): Promise<{ webhook: Webhook } | { problem: RequestProblem }> {
  const name = mock.webhook ?? 'id'
  const id = String(path[name] ?? query[name])
  const place = `${name in path ? 'path' : 'query'}/${name}`
  const named = await parts.store.webhookAt(provider.id, id)
  if (named === undefined) return { problem: problem('not-found', { place, id, reason: 'does not exist' }) }
  return named.account === account.name
    ? { webhook: named }
    : { problem: problem('forbidden', { place, id, reason: 'belongs to another account' }) }
}
