import { MockError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { object, WEBHOOK_MEMBERS, WEBHOOK_NAME } from '../file/schema-parts.ts'
import { callOperation, operationFor, webhookBody } from '../run/ask.ts'
import {
  DONE,
  providerOf,
  resolveReferences,
  type ScenarioContext,
  type StepOutcome,
} from '../run/context.ts'
import { rememberWebhook } from '../run/variables.ts'
import type { WebhookPlan } from '../situation.ts'
import { ANSWERING, type Answering, answered, answerNames, readAnswering } from './answering.ts'
import type { StepDefinition } from './step.ts'

type Plan = Omit<WebhookPlan, 'at'>

export type Register = { readonly webhook: Plan } & Answering

export const register: StepDefinition<Register> = {
  about: "registers one more webhook through the provider's API",
  example: { name: 'second', url: '$receiver' },
  schema: object('A webhook.', { name: WEBHOOK_NAME, ...WEBHOOK_MEMBERS }, ['name', 'url']),
  beside: ANSWERING,
  read: (value, step) => ({
    webhook: { fields: {}, ...(value as unknown as Omit<Plan, 'fields'>) },
    ...readAnswering(step),
  }),
  check: ({ webhook, expect }, { providers, at }) => [
    ...providers.checkTarget(webhook, at),
    // What is expected may be that the provider refuses it.
    ...(expect === null ? providers.checkFields(webhook, at) : []),
  ],
  names: (step, as) => [
    { name: step.webhook.name, meaning: 'webhook', pointer: '/register/name' },
    ...answerNames(step, as),
  ],
  describe: ({ webhook }) => `register ${webhook.name} at ${webhook.url}`,
  async run(context, { webhook, ...answering }, as) {
    const { expect, capture } = answering
    // Where something is made of the answer it is asked for over HTTP, as it stands in the file.
    if (expect !== null || as !== null || Object.keys(capture).length > 0)
      return registerByApi(context, webhook, answering, as)
    await registerWebhook(context, webhook)
    return DONE
  },
}

/** Registers a webhook of the file; required fields that are missing are filled in. */
export async function registerWebhook(context: ScenarioContext, plan: Plan): Promise<void> {
  const { url, fields, account, provider } = resolveReferences(context, { ...plan, secret: null })
  const secret = secretOf(context, plan)
  const webhook = await context.environment.mock.register(
    providerOf(context, { ...(provider !== undefined && { provider }) }).id,
    {
      url,
      fields,
      ...(account !== undefined && { account }),
      ...(secret !== undefined && { secret }),
    },
  )
  rememberWebhook(context.variables, plan.name, webhook)
}

async function registerByApi(
  context: ScenarioContext,
  plan: Plan,
  answering: Answering,
  as: string | null,
): Promise<StepOutcome> {
  const { mock } = context.environment
  const { url, fields, account, ...target } = resolveReferences(context, { ...plan, secret: null })
  const provider = providerOf(context, target)
  const operation = operationFor(provider, 'create')
  if (operation === undefined)
    throw new MockError(
      'input',
      'NO_OPERATION',
      `Failed to register the webhook: nothing in the API of ${provider.id} registers a webhook.`,
      { hint: 'Leave out "as", "expect" and "capture", which need an answer of the API.' },
    )
  const before = await mock.webhooks()
  const answer = await callOperation(context, {
    operation: operation.id,
    provider: provider.id,
    ...(account !== undefined && { account }),
    body: webhookBody(operation, { ...fields, [provider.resource.url.field]: url } as JsonObject),
  })
  const made = (await mock.webhooks()).find((one) => before.every(({ id }) => id !== one.id))
  if (made !== undefined) {
    // No provider lets its clients choose a secret.
    const secret = secretOf(context, plan)
    const webhook = secret === undefined ? made : await mock.setSecret(made.id, secret)
    rememberWebhook(context.variables, plan.name, webhook)
  }
  return answered(context, answering, as, answer)
}

/** One that leads to the user's receiver has the secret that this receiver knows. */
function secretOf(context: ScenarioContext, { url, secret }: Plan): string | undefined {
  if (secret !== undefined) return resolveReferences(context, secret)
  return /^\$receiver(?!\w)/.test(url) ? context.receiver?.secret : undefined
}
