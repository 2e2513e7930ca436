import type { Call } from './call.ts'
import { problem, type RequestProblem } from './problem.ts'

/** Set when the account has as many active webhooks as it may, so that another one cannot be switched on. */
export async function activeLimitProblem({ parts, provider, account }: Call): Promise<RequestProblem | null> {
  const limit = provider.resource.limit?.active
  if (limit === undefined) return null
  const webhooks = await parts.store.webhooks({ provider: provider.id, account: account.name })
  if (webhooks.filter(({ enabled }) => enabled).length < limit) return null
  return problem('limit-reached', {
    place: `/${provider.resource.url.field}`,
    limit,
    reason: `only ${limit} active webhooks are allowed`,
  })
}
