import type { JsonObject } from '../core/json.ts'
import type { Webhook } from '../core/webhook.ts'
import type { Provider } from '../spec/provider.ts'
import { changeWebhook } from './change-webhook.ts'
import { accountNamed, providerNamed } from './named.ts'
import type { MockParts } from './parts.ts'
import { judgedWebhook, registerWebhook } from './register-webhook.ts'

/** A webhook that the start registers past its provider's API. */
export interface StartWebhook {
  /** What faults of the start call it. */
  readonly name?: string
  readonly provider?: string
  readonly account?: string
  readonly url: string
  readonly secret?: string
  readonly fields?: JsonObject
}

export interface Registered {
  readonly webhook: Webhook
  readonly name: string | null
}

/**
 * The webhooks that the start asks for. One with the same URL that is already there, from an earlier start on the same
 * state, is used again, with the secret and the fields that are asked for now. @throws MockError for an unknown provider
 */
export async function registerAtStart(
  parts: MockParts,
  wanted: readonly StartWebhook[],
): Promise<readonly Registered[]> {
  const registered: Registered[] = []
  for (const one of wanted)
    for (const provider of providersOf(parts, one))
      registered.push({
        webhook: await registerOnce(
          parts,
          provider,
          one,
          registered.map(({ webhook }) => webhook),
        ),
        name: one.name ?? null,
      })
  return registered
}

function providersOf({ providers }: MockParts, { provider }: StartWebhook): readonly Provider[] {
  return provider === undefined ? [...providers.values()] : [providerNamed({ providers }, provider)]
}

async function registerOnce(
  parts: MockParts,
  provider: Provider,
  { account: name, url, secret, fields }: StartWebhook,
  taken: readonly Webhook[],
): Promise<Webhook> {
  const account = await accountNamed(parts, provider, name)
  const known = await parts.store.webhooks({ provider: provider.id, account: account.name })
  const same = known.find((webhook) => webhook.url === url && !taken.some(({ id }) => id === webhook.id))
  if (same === undefined) return registerWebhook(parts, { provider, account, url, secret, fields })
  const asked = { ...(secret !== undefined && { secret }), ...(fields !== undefined && asFields(fields)) }
  if (Object.keys(asked).length === 0) return same
  return (await changeWebhook(parts, same.id, (webhook) => ({ ...webhook, ...asked }))) ?? same

  function asFields(given: JsonObject): Pick<Webhook, 'filter' | 'fields'> {
    const { filter, fields: others } = judgedWebhook(parts, { provider, url, fields: given })
    return { filter, fields: others }
  }
}
