import { MockError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Operation, Provider } from '../../spec/provider.ts'
import { WEBHOOK_NAME } from '../file/schema-parts.ts'
import { answerText, callOperation, operationFor, webhookBody } from '../run/ask.ts'
import { DONE, providerOf } from '../run/context.ts'
import { rememberWebhook } from '../run/variables.ts'
import type { StepDefinition } from './step.ts'

interface Change {
  readonly about: string
  /** The step's name, and the words before the webhook's name in the report. */
  readonly kind: string
  readonly words?: string
  /** The action of the operation that does it. */
  readonly action: string
  /** What the operation is asked for; null: the provider has no such field. */
  readonly fields?: (provider: Provider) => JsonObject | null
}

/** A step that changes a webhook through its provider's own API, as a client of it would. */
function changeWebhook({
  about,
  kind,
  words = kind,
  action,
  fields,
}: Change): StepDefinition<{ readonly webhook: string }> {
  return {
    about,
    example: 'app',
    schema: WEBHOOK_NAME,
    read: (value) => ({ webhook: String(value) }),
    check: ({ webhook }, { names, at }) => names.check(webhook, 'webhook', at),
    describe: ({ webhook }) => `${words} ${webhook}`,
    async run(context, { webhook: name }) {
      const { environment, variables } = context
      const webhook = variables.webhooks.get(name)
      if (webhook === undefined)
        throw new MockError('input', 'UNKNOWN_NAME', `Failed to find the webhook "${name}".`, {
          hint: 'Register it before this step.',
        })
      const provider = providerOf(context, webhook)
      const operation = operationFor(provider, action)
      const change = fields?.(provider)
      if (operation === undefined || change === null)
        throw new MockError(
          'input',
          'NO_OPERATION',
          `Failed to ${kind} the webhook: nothing in the API of ${provider.id} ${about}.`,
          { hint: 'Leave the step out, or delete the webhook and register another.' },
        )
      const answer = await callOperation(context, {
        operation: operation.id,
        provider: provider.id,
        account: webhook.account,
        ...webhookParameter(operation, webhook.providerId),
        ...(change !== undefined && { body: webhookBody(operation, change) }),
      })
      if (answer.error !== null || (answer.status ?? 0) >= 300)
        return { mismatches: [{ what: operation.id, expected: 'success', actual: answerText(answer) }] }
      const changed = (await environment.mock.webhooks()).find(({ id }) => id === webhook.id)
      if (changed !== undefined) rememberWebhook(variables, name, changed)
      return DONE
    },
  }
}

export const rotate = changeWebhook({
  about: 'gives a webhook a new secret',
  kind: 'rotate',
  words: 'rotate the secret of',
  action: 'rotate-secret',
})

export const disable = changeWebhook({
  about: 'switches a webhook off',
  kind: 'disable',
  action: 'update',
  fields: (provider) => enabledField(provider, false),
})

export const enable = changeWebhook({
  about: 'switches a webhook on',
  kind: 'enable',
  action: 'update',
  fields: (provider) => enabledField(provider, true),
})

export const deleteWebhook = changeWebhook({ about: 'deletes a webhook', kind: 'delete', action: 'delete' })

function enabledField({ resource }: Provider, value: boolean): JsonObject | null {
  const { enabled: field } = resource
  return field === undefined ? null : { [field.field]: field.inverted === true ? !value : value }
}

/** Where an operation takes the id of a webhook. */
function webhookParameter(operation: Operation, id: string): { path: JsonObject } | { query: JsonObject } {
  const name = operation.mock?.webhook ?? 'id'
  return operation.path.includes(`{${name}}`) ? { path: { [name]: id } } : { query: { [name]: id } }
}
