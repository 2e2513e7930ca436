import type { WebhookView } from '../../control/views/view-shapes.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { everyWebhook } from '../play/gather-facts.ts'
import { rememberWebhook } from '../play/memory.ts'
import { DONE, filled, type Play, providerOf, type StepOutcome } from '../play/play.ts'
import type { Step, WebhookPlan } from '../scenario.ts'
import { answered } from './answered.ts'
import { callOperation, providerNamed } from './call.ts'
import { noOperation, operationFor, webhookView, wrapped } from './webhooks.ts'

type Plan = Omit<WebhookPlan, 'at'>
type RegisterStep = Extract<Step, { kind: 'register' }>

/** Where something is made of the answer it is asked for over HTTP, as it stands in the file. */
export async function register(play: Play, step: RegisterStep): Promise<StepOutcome> {
  const wantsAnswer = step.expect !== null || step.as !== null || Object.keys(step.capture).length > 0
  if (wantsAnswer) return registerAsked(play, step)
  await registerPlanned(play, step.webhook)
  return DONE
}

/** Registers a webhook of the file; fields that the provider requires and nobody gave are filled in. */
export async function registerPlanned(play: Play, plan: Plan): Promise<void> {
  const { url, fields, account } = filled(play, plan)
  const secret = secretOf(play, plan)
  const webhook = await play.stage.mock.register(providerOf(play, plan), {
    url,
    fields,
    ...(account !== undefined && { account }),
    ...(secret !== undefined && { secret }),
  })
  rememberWebhook(play.memory, plan.name, await webhookView(play, webhook.id))
}

async function registerAsked(play: Play, step: RegisterStep): Promise<StepOutcome> {
  const plan = step.webhook
  const { url, fields, account } = filled(play, plan)
  const provider = providerNamed(play, providerOf(play, plan))
  const operation = operationFor(provider, 'create')
  if (operation === undefined) throw noOperation(provider, step.kind)
  const before = await everyWebhook(play.stage)
  const answer = await callOperation(play, {
    operation: operation.id,
    provider: provider.id,
    ...(account !== undefined && { account }),
    body: wrapped(operation, { ...fields, [provider.resource.url.field]: url }),
  })
  const made = (await everyWebhook(play.stage)).find((one) => before.every(({ id }) => id !== one.id))
  if (made !== undefined)
    rememberWebhook(play.memory, plan.name, await withSecret(play, made, secretOf(play, plan)))
  return answered(play, step, answer)
}

/** One that leads to the user's receiver has the secret that this receiver knows. */
function secretOf(play: Play, { url, secret }: Plan): string | undefined {
  if (secret !== undefined) return filled(play, secret)
  return /^\$receiver(?!\w)/.test(url) ? play.receiver?.secret : undefined
}

/** No provider lets its clients choose a secret: it is put into the state, past the API. */
async function withSecret(
  play: Play,
  webhook: WebhookView,
  secret: string | undefined,
): Promise<WebhookView> {
  if (secret === undefined) return webhook
  const { mock } = play.stage
  await mock.settle()
  const state = (await mock.snapshot()) as JsonObject
  const tables = state.tables as JsonObject
  const webhooks = (tables.webhooks as readonly JsonObject[]).map(
    (one): Json => (one.id === webhook.id ? { ...one, secret } : one),
  )
  await mock.restore({ ...state, tables: { ...tables, webhooks } })
  return { ...webhook, secret }
}
