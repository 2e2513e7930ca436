import type { Webhook } from '../core/webhook.ts'
import type { Provider } from '../spec/provider.ts'
import { changeWebhook } from './change-webhook.ts'
import type { MockParts } from './parts.ts'
import { registerWebhook } from './register-webhook.ts'

export interface StartWebhook {
  readonly provider?: string
  readonly url: string
  readonly secret?: string
}

/**
 * The webhooks that the start asks for. One with the same URL that is already there, from an earlier start on the same
 * state, is used again, with the secret that is asked for now.
 */
export async function registerAtStart(
  parts: MockParts,
  wanted: readonly StartWebhook[],
): Promise<readonly Webhook[]> {
  const registered: Webhook[] = []
  for (const { provider: id, url, secret } of wanted)
    for (const provider of parts.providers.values())
      if (id === undefined || id === provider.id)
        registered.push(await registerOnce(parts, provider, url, secret))
  return registered
}

async function registerOnce(
  parts: MockParts,
  provider: Provider,
  url: string,
  secret: string | undefined,
): Promise<Webhook> {
  const account = parts.accounts.first(provider)
  const known = await parts.store.webhooks({ provider: provider.id, account: account.name })
  const same = known.find((webhook) => webhook.url === url)
  if (same === undefined) return registerWebhook(parts, { provider, account, url, secret })
  if (secret === undefined || secret === same.secret) return same
  return (await changeWebhook(parts, same.id, (webhook) => ({ ...webhook, secret }))) ?? same
}
