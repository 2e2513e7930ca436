import type { MockParts } from '../api/context.ts'
import { providerNamed } from '../api/lookup.ts'
import {
  checkRegistration,
  type Registered,
  registerAtStart,
  type StartWebhook,
} from '../api/register-webhook.ts'
import { changeWebhook } from '../api/stored-webhook.ts'
import type { JsonObject } from '../core/json.ts'
import type { Webhook } from '../core/model.ts'
import type { WebhookId } from '../core/random.ts'
import type { FaultId, FaultMatch } from '../fault/fault.ts'
import { withProviderId } from '../fault/read-fault.ts'
import { isWithin } from '../fault/registry.ts'
import type { Provider } from '../spec/provider.ts'
import type { Scope } from '../state/store.ts'
import { checkFault, useFault } from './faults.ts'

/** What a start asks for beside its documents. */
export interface StartupState {
  readonly register: readonly StartWebhook[]
  /** `on.webhook` may be the name of one of these webhooks. */
  readonly faults: readonly JsonObject[]
}

/** Brings about what a start asks for: at the start, again at a reset, and anew where it has changed. */
interface Startup {
  readonly registered: readonly Webhook[]
  /** Registers the webhooks, and adds the faults within the scope; none of them may be there. */
  apply(scope?: Scope): Promise<void>
  /** @throws MockError (input) for a webhook or a fault that these providers would not take. */
  check(state: StartupState, providers: readonly Provider[]): void
  /**
   * Deletes webhooks that are no longer asked for. Faults that others have added stay, and so do those of the start where
   * nothing has changed: they go on counting.
   */
  change(state: StartupState): Promise<void>
}

export function createStartup(parts: MockParts, first: StartupState): Startup {
  let state = first
  let registered: readonly Registered[] = []
  let added: readonly FaultId[] = []
  const register = async () => {
    registered = await registerAtStart(parts, state.register)
  }
  const add = (faults: readonly JsonObject[]) =>
    faults.map((fault) => useFault(parts, withWebhook(fault, registered)).id)
  return {
    get registered() {
      return registered.map(({ webhook }) => webhook)
    },
    async apply(scope = {}) {
      await register()
      const faults = state.faults.map((fault) => withProviderId([...parts.providers.values()], fault))
      const within = faults.filter((fault) => isWithin((fault.on ?? {}) as FaultMatch, scope))
      added = [...added, ...add(within)]
    },
    check({ register: webhooks, faults }, providers) {
      for (const fault of faults) checkFault(providers, fault)
      const byId = new Map(providers.map((provider) => [provider.id, provider]))
      for (const { provider: id, url, fields, secret } of webhooks)
        for (const provider of id === undefined ? providers : [providerNamed({ providers: byId }, id)])
          checkRegistration(parts, { provider, url, fields, secret })
    },
    async change(next) {
      const before = registered
      const isSame = JSON.stringify(next) === JSON.stringify(state)
      state = next
      await register()
      for (const { webhook } of before)
        if (!registered.some((one) => one.webhook.id === webhook.id)) await deleteWebhook(parts, webhook.id)
      if (isSame) return
      for (const id of added) parts.faults.remove(id)
      added = add(state.faults)
    },
  }
}

function withWebhook(fault: JsonObject, registered: readonly Registered[]): JsonObject {
  const on = fault.on as JsonObject | undefined
  const found = registered.find(({ name }) => name !== null && name === on?.webhook)
  return found === undefined ? fault : { ...fault, on: { ...on, webhook: found.webhook.id } }
}

async function deleteWebhook(parts: MockParts, id: WebhookId): Promise<void> {
  const deletedAt = parts.clock.now()
  const gone = await changeWebhook(parts, id, (webhook) => ({ ...webhook, deletedAt }))
  if (gone !== undefined) await parts.queue.cancel(id, 'the webhook was deleted')
}
