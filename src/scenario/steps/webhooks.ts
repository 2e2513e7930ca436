import type { WebhookView } from '../../control/views/view-shapes.ts'
import { MockError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import type { Operation, Provider } from '../../spec/provider.ts'
import { everyWebhook } from '../play/gather-facts.ts'
import { rememberWebhook } from '../play/memory.ts'
import type { Play, StepOutcome } from '../play/play.ts'
import type { Step } from '../scenario.ts'
import { answerText } from './answered.ts'
import { callOperation, providerNamed } from './call.ts'

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
export async function changeWebhook(play: Play, step: WebhookStep): Promise<StepOutcome> {
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

export async function webhookView({ stage }: Pick<Play, 'stage'>, id: string): Promise<WebhookView> {
  const found = (await everyWebhook(stage)).find((one) => one.id === id)
  if (found === undefined) throw new Error(`no webhook ${id}`)
  return found
}

export function operationFor({ operations }: Provider, action: string): Operation | undefined {
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
export function wrapped({ mock }: Operation, body: JsonObject): Json {
  return mock?.input === undefined ? body : { [mock.input]: body }
}

const VERBS: Readonly<Record<WebhookStep['kind'] | 'register', string>> = {
  register: 'registers a webhook',
  rotate: 'gives a webhook a new secret',
  delete: 'deletes a webhook',
  disable: 'switches a webhook off',
  enable: 'switches a webhook on',
}

export function noOperation({ id }: Provider, kind: keyof typeof VERBS): MockError {
  return new MockError(
    'input',
    'NO_OPERATION',
    `Failed to ${kind} the webhook: nothing in the API of ${id} ${VERBS[kind]}.`,
    { hint: 'Leave the step out, or delete the webhook and register another.' },
  )
}
