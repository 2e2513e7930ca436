import type { WebhookView } from '../../control/views/view-shapes.ts'
import type { Json } from '../../core/json.ts'
import type { Answer } from '../expectations/facts.ts'

/** What a scenario has given names to while it runs. */
export interface Memory {
  /** Variables, captured values, and what `as` named. */
  readonly values: Map<string, Json>
  /** Ids at hookproof of the events of a name. */
  readonly events: Map<string, readonly string[]>
  readonly answers: Map<string, Answer>
  /** Webhooks by their names in the file. */
  readonly webhooks: Map<string, WebhookView>
  /** Every secret that a webhook has had, by its id. */
  readonly secrets: Map<string, readonly string[]>
  /** Handles of faults by the names of their steps. */
  readonly faults: Map<string, number>
  /** Why webhooks did not get an event, by its id. */
  readonly skipped: Map<string, readonly string[]>
}

export function createMemory(vars: Readonly<Record<string, Json>>): Memory {
  return {
    values: new Map(Object.entries(vars)),
    events: new Map(),
    answers: new Map(),
    webhooks: new Map(),
    secrets: new Map(),
    faults: new Map(),
    skipped: new Map(),
  }
}

/** What the file calls events and webhooks, by their ids; of several events of one name each has its number. */
export function namesOf({ events, webhooks }: Memory): Readonly<Record<string, string>> {
  const numbered = [...events].flatMap(([name, ids]) =>
    ids.map((id, i) => [id, ids.length === 1 ? name : `${name} ${i + 1}`] as const),
  )
  return Object.fromEntries([...numbered, ...[...webhooks].map(([name, { id }]) => [id, name] as const)])
}

/** A webhook as it is now, under its name, for `$name` and `$secret.name`. */
export function rememberWebhook(memory: Memory, name: string, view: WebhookView): void {
  memory.webhooks.set(name, view)
  memory.values.set(name, {
    id: view.providerId,
    secret: view.secret,
    url: view.url,
    provider: view.provider,
    account: view.account,
    fields: view.fields,
  })
  const known = memory.secrets.get(view.id) ?? []
  if (!known.includes(view.secret)) memory.secrets.set(view.id, [...known, view.secret])
}

export function rememberAnswer(memory: Memory, name: string, answer: Answer): void {
  memory.answers.set(name, answer)
  memory.values.set(name, { status: answer.status, headers: answer.headers, body: answer.body })
}
