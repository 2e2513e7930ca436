import { registerWebhook } from '../../api/register-webhook.ts'
import { providerView, webhookView } from '../../api/views.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/text.ts'
import type { PageRequest } from '../../state/store.ts'
import { type ControlHandler, ok } from '../call.ts'
import { accountNamed, providerNamed, scopeOf } from '../lookup.ts'
import { badField, badParameter } from '../problems.ts'
export const createAccount: ControlHandler = async ({ parts, body }) => {
  const provider = providerNamed(parts, body.provider)
  const wanted = body.scopes as readonly string[] | undefined
  const unknown = wanted?.findIndex((scope) => !provider.scopes.includes(scope)) ?? -1
  if (unknown >= 0) {
    const scope = wanted?.[unknown] ?? ''
    const hint =
      provider.scopes.length === 0 ? `${provider.id} knows no scopes.` : suggestion(scope, provider.scopes)
    throw badField(`/scopes/${unknown}`, `There is no scope "${scope}". ${hint}`, 'unknown-name')
  }
  const account = await parts.accounts.create(provider, wanted)
  const { name, credentials, scopes } = account
  return ok({ provider: provider.id, account: name, credentials, scopes }, 201)
}

export const health: ControlHandler = ({ parts }) =>
  ok({ status: 'ok', version: parts.version, providers: [...parts.providers.keys()] })

export const listProviders: ControlHandler = async ({ parts }) => {
  const origin = parts.settings.origin()
  const views = [...parts.providers.values()].map(async (provider) =>
    providerView(provider, await parts.accounts.list(provider.id), origin),
  )
  return ok(await Promise.all(views))
}

const DEFAULT_LIMIT = 100

export function pageRequest({ limit, cursor }: Readonly<Record<string, Json>>): PageRequest {
  return { limit: (limit as number | undefined) ?? DEFAULT_LIMIT, cursor: cursor as string | undefined }
}

/** A page of a list in memory, newest (last) first; `keyOf` names an entry in the cursor. */
export function pageOfList<T>(
  oldestFirst: readonly T[],
  { limit, cursor }: PageRequest,
  keyOf: (entry: T, index: number) => string,
): { readonly items: readonly T[]; readonly next: string | null } {
  const newestFirst = oldestFirst.map((entry, index) => ({ entry, key: keyOf(entry, index) })).reverse()
  const at = cursor === undefined ? -1 : newestFirst.findIndex(({ key }) => key === cursor)
  if (cursor !== undefined && at < 0)
    throw badParameter(
      'cursor',
      `"${cursor}" is the cursor of no page of this list; begin again without one.`,
    )
  const page = newestFirst.slice(at + 1, at + 1 + limit)
  const isLast = at + 1 + limit >= newestFirst.length
  return { items: page.map(({ entry }) => entry), next: isLast ? null : (page.at(-1)?.key ?? null) }
}

export const listWebhooks: ControlHandler = async ({ parts, query }) => {
  const all = await parts.store.webhooks(scopeOf(parts, query))
  const { items, next } = pageOfList(all, pageRequest(query), ({ id }) => id)
  return ok({ webhooks: items.map(webhookView), next })
}

export const createWebhook: ControlHandler = async ({ parts, body }) => {
  const provider = providerNamed(parts, body.provider)
  const account = await accountNamed(parts, provider, body.account)
  const webhook = await registerWebhook(parts, {
    provider,
    account,
    url: body.url as string,
    fields: body.fields as JsonObject | undefined,
    secret: body.secret as string | undefined,
  })
  return ok(webhookView(webhook), 201)
}
