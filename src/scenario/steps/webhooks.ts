import type { WebhookView } from '../../api/views.ts'
import { MockError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Operation, Provider } from '../../spec/provider.ts'
import {
  DONE,
  filled,
  providerOf,
  rememberWebhook,
  type ScenarioContext,
  type StepOutcome,
} from '../run/context.ts'
import { everyWebhook } from '../run/facts.ts'
import type { Step, WebhookPlan } from '../scenario.ts'
import { answered, answerText, callOperation, providerNamed } from './http.ts'

type WebhookStep = Extract<Step, { kind: 'rotate' | 'disable' | 'enable' | 'delete' }>

/** What a webhook's own operation is asked to do, by the action that its document gives it. */
const CHANGES: Readonly<
  Record<
    WebhookStep['kind'],
    { readonly action: string; readonly body?: (provider: Provider) => JsonObject | null }
  >
> = {
  rotate: { action: 'rotate-secret' },
  delete: { action: 'delete' },
  disable: { action: 'update', body: (provider) => enabled(provider, false) },
  enable: { action: 'update', body: (provider) => enabled(provider, true) },
}

/** Changes a webhook through its provider's own API, as a client of it would. */
export async function changeWebhook(play: ScenarioContext, step: WebhookStep): Promise<StepOutcome> {
  const view = play.memory.webhooks.get(step.webhook)
  if (view === undefined)
    throw new MockError('input', 'UNKNOWN_NAME', `Failed to find the webhook "${step.webhook}".`, {
      hint: 'Register it before this step.',
    })
  const provider = providerNamed(play, view.provider)
  const { action, body } = CHANGES[step.kind]
  const operation = operationFor(provider, action)
  const change = body?.(provider)
  if (operation === undefined || change === null) throw noOperation(provider, step.kind)
  const answer = await callOperation(play, {
    operation: operation.id,
    provider: provider.id,
    account: view.account,
    ...placed(operation, view.providerId),
    ...(change !== undefined && { body: wrapped(operation, change) }),
  })
  if (answer.error !== null || (answer.status ?? 0) >= 300)
    return { mismatches: [{ what: operation.id, expected: 'success', actual: answerText(answer) }] }
  if (step.kind !== 'delete') rememberWebhook(play.memory, step.webhook, await webhookView(play, view.id))
  return { mismatches: [] }
}

async function webhookView({ stage }: Pick<ScenarioContext, 'stage'>, id: string): Promise<WebhookView> {
  const found = (await everyWebhook(stage)).find((one) => one.id === id)
  if (found === undefined) throw new Error(`no webhook ${id}`)
  return found
}

function operationFor({ operations }: Provider, action: string): Operation | undefined {
  const all = operations.filter(({ mock }) => mock?.action === action)
  return all.find(({ path }) => path.includes('{')) ?? all[0]
}

function enabled({ resource }: Provider, value: boolean): JsonObject | null {
  const { enabled: field } = resource
  return field === undefined ? null : { [field.field]: field.inverted === true ? !value : value }
}

function placed(operation: Operation, id: string): { path: JsonObject } | { query: JsonObject } {
  const name = operation.mock?.webhook ?? 'id'
  return operation.path.includes(`{${name}}`) ? { path: { [name]: id } } : { query: { [name]: id } }
}

/** The body of an operation that takes a webhook's fields. */
function wrapped({ mock }: Operation, body: JsonObject): Json {
  return mock?.input === undefined ? body : { [mock.input]: body }
}

const VERBS: Readonly<Record<WebhookStep['kind'] | 'register', string>> = {
  register: 'registers a webhook',
  rotate: 'gives a webhook a new secret',
  delete: 'deletes a webhook',
  disable: 'switches a webhook off',
  enable: 'switches a webhook on',
}

function noOperation({ id }: Provider, kind: keyof typeof VERBS): MockError {
  return new MockError(
    'input',
    'NO_OPERATION',
    `Failed to ${kind} the webhook: nothing in the API of ${id} ${VERBS[kind]}.`,
    { hint: 'Leave the step out, or delete the webhook and register another.' },
  )
}

type Plan = Omit<WebhookPlan, 'at'>

type RegisterStep = Extract<Step, { kind: 'register' }>

/** Where something is made of the answer it is asked for over HTTP, as it stands in the file. */
export async function register(play: ScenarioContext, step: RegisterStep): Promise<StepOutcome> {
  const wantsAnswer = step.expect !== null || step.as !== null || Object.keys(step.capture).length > 0
  if (wantsAnswer) return registerAsked(play, step)
  await registerPlanned(play, step.webhook)
  return DONE
}

/** Registers a webhook of the file; fields that the provider requires and nobody gave are filled in. */
export async function registerPlanned(play: ScenarioContext, plan: Plan): Promise<void> {
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

async function registerAsked(play: ScenarioContext, step: RegisterStep): Promise<StepOutcome> {
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
function secretOf(play: ScenarioContext, { url, secret }: Plan): string | undefined {
  if (secret !== undefined) return filled(play, secret)
  return /^\$receiver(?!\w)/.test(url) ? play.receiver?.secret : undefined
}

/** No provider lets its clients choose a secret: it is put into the state, past the API. */
async function withSecret(
  play: ScenarioContext,
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
