import type { DeliveryView, WebhookView } from '../../api/views.ts'
import type { Clock } from '../../core/clock.ts'
import type { Json } from '../../core/json.ts'
import type { Answer, Facts } from '../expectations/facts.ts'
import { fill, ITSELF, type Lookup } from '../references.ts'
import type { Mismatch } from '../result.ts'
import type { Expectation, Scenario, Target } from '../scenario.ts'
import type { Environment, GivenReceiver } from './stage.ts'

/** Commands that go on beside the steps; ended with the scenario. */
interface Background {
  add(end: () => Promise<void>): void
  endAll(): Promise<void>
}

export function createBackground(): Background {
  const running: (() => Promise<void>)[] = []
  return {
    add: (end) => void running.push(end),
    async endAll() {
      await Promise.all(running.splice(0).map((end) => end()))
    },
  }
}

export interface Surroundings {
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
export function createLookup(memory: Variables, around: () => Surroundings): Lookup {
  const builtIns: Readonly<Record<string, () => Json>> = {
    receiver: () => urlValue(around().receiverUrl),
    mock: () => ({ ...around().urls, [ITSELF]: around().origin }),
    secret: () => Object.fromEntries([...memory.webhooks].map(([name, { secret }]) => [name, secret])),
    here: () => around().folder,
    env: () =>
      Object.fromEntries(
        Object.entries(around().env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
  }
  // Variables may speak of these and of one another; what happened is told as it is, dollars and all.
  const asWritten = new Map(memory.values)
  const lookup: Lookup = (name) => {
    const value = memory.values.get(name)
    if (value === undefined) return Object.hasOwn(builtIns, name) ? builtIns[name]?.() : undefined
    if (asWritten.get(name) !== value) return value
    asWritten.delete(name)
    const meant = fill(value, lookup)
    memory.values.set(name, meant)
    return meant
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
export function rememberWebhook(memory: Variables, name: string, view: WebhookView): void {
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

export function rememberAnswer(memory: Variables, name: string, answer: Answer): void {
  memory.answers.set(name, answer)
  memory.values.set(name, { status: answer.status, headers: answer.headers, body: answer.body })
}

/** A scenario while it runs. */
export interface ScenarioContext {
  readonly scenario: Scenario
  readonly stage: Environment
  readonly memory: Variables
  readonly lookup: Lookup
  readonly receiver: GivenReceiver | undefined
  readonly background: Background
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Aborted when the person at the keyboard has had enough. */
  readonly signal: AbortSignal
  /** What an expectation of this kind looks at, as of now. */
  facts(wanted: Expectation['kind']): Promise<Facts>
}

/** What a step came to. */
export interface StepOutcome {
  readonly mismatches: readonly Mismatch[]
  /** Deliveries to be shown where it failed. */
  readonly deliveries?: readonly DeliveryView[]
}

export const DONE: StepOutcome = { mismatches: [] }

/** A value of the file with what its references stand for. @throws MockError (input) for a name of nothing. */
export function filled<T>(play: Pick<ScenarioContext, 'lookup'>, value: T): T {
  return fill(value as unknown as Json, play.lookup) as unknown as T
}

export function providerOf({ scenario }: Pick<ScenarioContext, 'scenario'>, { provider }: Target): string {
  return provider ?? scenario.providers[0] ?? ''
}
