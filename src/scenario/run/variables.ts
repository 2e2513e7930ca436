import type { EmissionView, WebhookView } from '../../api/views.ts'
import { type Json, jsonOrText } from '../../core/json.ts'
import type { Answer } from '../expectations/facts.ts'
import { fillReferences, ITSELF, type Lookup } from '../references.ts'

/** What a scenario has given names to while it runs. */
export interface Variables {
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

export function createVariables(vars: Readonly<Record<string, Json>>): Variables {
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
export function namesOf({ events, webhooks }: Variables): Readonly<Record<string, string>> {
  const numbered = [...events].flatMap(([name, ids]) =>
    ids.map((id, i) => [id, ids.length === 1 ? name : `${name} ${i + 1}`] as const),
  )
  return Object.fromEntries([...numbered, ...[...webhooks].map(([name, { id }]) => [id, name] as const)])
}

/** A webhook as it is now, under its name, for `$name` and `$secret.name`. */
export function rememberWebhook(variables: Variables, name: string, webhook: WebhookView): void {
  const { id, providerId, secret, url, provider, account, fields } = webhook
  variables.webhooks.set(name, webhook)
  variables.values.set(name, { id: providerId, secret, url, provider, account, fields })
  const known = variables.secrets.get(id) ?? []
  if (!known.includes(secret)) variables.secrets.set(id, [...known, secret])
}

export function rememberAnswer(variables: Variables, name: string, answer: Answer): void {
  variables.answers.set(name, answer)
  variables.values.set(name, { status: answer.status, headers: answer.headers, body: answer.body })
}

/** Events of one trigger; `$name` is the first one. */
export function rememberEvents(variables: Variables, name: string, emissions: readonly EmissionView[]): void {
  const [first] = emissions
  if (first === undefined) return
  variables.events.set(
    name,
    emissions.map(({ event }) => event.id),
  )
  for (const { event, skipped } of emissions)
    variables.skipped.set(
      event.id,
      skipped.map(({ reason }) => reason),
    )
  const { id, providerId, type, body, occurredAt } = first.event
  variables.values.set(name, {
    id: providerId,
    event: id,
    type,
    occurredAt,
    body: jsonOrText(body),
  })
}

/** What the names that every scenario has stand for. */
interface BuiltIns {
  readonly receiverUrl: string
  readonly origin: string
  /** Of the scenario file. */
  readonly folder: string
  /** Where each provider's API stands. */
  readonly urls: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * What `$name` stands for: what the scenario named, and `$receiver` (`.origin`, `.host`, `.port`, `.path`), `$mock`
 * (`.<provider>`), `$secret.<webhook>`, `$env.<NAME>`, and `$here`, the folder of the file.
 */
export function createLookup(variables: Variables, current: () => BuiltIns): Lookup {
  const builtIns: Readonly<Record<string, () => Json>> = {
    receiver: () => urlValue(current().receiverUrl),
    mock: () => ({ ...current().urls, [ITSELF]: current().origin }),
    secret: () => Object.fromEntries([...variables.webhooks].map(([name, { secret }]) => [name, secret])),
    here: () => current().folder,
    env: () =>
      Object.fromEntries(
        Object.entries(current().env).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, value]],
        ),
      ),
  }
  // Values of `vars` may hold references. What happened during the run is taken as it is, dollars and all.
  const unfilled = new Map(variables.values)
  const lookup: Lookup = (name) => {
    const value = variables.values.get(name)
    if (value === undefined) return Object.hasOwn(builtIns, name) ? builtIns[name]?.() : undefined
    if (unfilled.get(name) !== value) return value
    unfilled.delete(name)
    const filled = fillReferences(value, lookup)
    variables.values.set(name, filled)
    return filled
  }
  return lookup
}

function urlValue(text: string): Json {
  const url = new URL(text)
  return {
    [ITSELF]: text,
    origin: url.origin,
    host: url.host,
    port: url.port,
    path: `${url.pathname}${url.search}`,
  }
}
