import { accountNamed, providerNamed } from '../../api/lookup.ts'
import { registerWebhook } from '../../api/register-webhook.ts'
import { webhookView } from '../../api/views.ts'
import type { JsonObject } from '../../core/json.ts'
import { type ControlHandler, ok, scopeOf } from '../call.ts'
import { pageOfList, pageRequest } from '../page.ts'

export const listWebhooks: ControlHandler = async ({ parts, query }) => {
  const all = await parts.store.webhooks(scopeOf(parts, query))
  const { items, next } = pageOfList(
    all,
    pageRequest(query),
    ({ id }) => id,
    (entries) => entries.map(webhookView),
  )
  return ok({ webhooks: items, next })
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
