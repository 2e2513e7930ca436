import { parseClockMode } from '../core/clock.ts'
import type { MockError } from '../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { PLANES } from '../fault/fault.ts'
import { type Document, readDocument } from '../spec/document.ts'
import { throwAll, toErrors } from '../spec/problem.ts'
import { faultProblems } from './check/fault-problems.ts'
import { type Known, knownProviders } from './check/known-providers.ts'
import { nameProblems } from './check/name-problems.ts'
import { formProblems, stepWord } from './format/form-problems.ts'
import { readStep } from './format/read-step.ts'
import type { ScenarioProblem } from './problem.ts'
import type { FaultPlan, Scenario, Step, WebhookPlan } from './scenario.ts'

export interface LoadScenarioOptions {
  /** Provider documents of one's own, beside the shipped ones. */
  readonly specs?: readonly string[]
}

const WHAT = 'the scenario'

/**
 * Reads a scenario file, without network.
 *
 * @throws MockError (input) with everything that is wrong with it, each with file, line and column.
 */
export async function loadScenario(file: string, options: LoadScenarioOptions = {}): Promise<Scenario> {
  const document = await readDocument(file, WHAT)
  throwAll(await scenarioErrors(document, options))
  return toScenario(document)
}

/** Everything that is wrong with a file that holds an object, in its order. */
export async function scenarioErrors(
  document: Document,
  { specs = [] }: LoadScenarioOptions = {},
): Promise<readonly MockError[]> {
  const form = await formProblems(document.value)
  // What has no form has no names either.
  const problems =
    form.length > 0 ? form : await contentProblems(document, await knownProviders(document.value, specs))
  return toErrors({ what: WHAT, locate: document.locate }, problems)
}

async function contentProblems(document: Document, known: Known): Promise<readonly ScenarioProblem[]> {
  if (known.problems.length > 0) return known.problems
  const faults = faultProblems(document.value, known)
  return faults.length > 0 ? faults : nameProblems(toScenario(document), document.value, known)
}

function toScenario({ file, value, locate }: Document): Scenario {
  const { name, description, provider, providers, clock, seed, vars, receiver } = value
  return {
    file,
    name: name as string,
    description: (description as string | undefined) ?? null,
    providers: (providers as string[] | undefined) ?? [provider as string],
    clock: parseClockMode((clock as string | undefined) ?? 'virtual'),
    seed: seed === undefined ? null : String(seed),
    vars: (vars as JsonObject | undefined) ?? {},
    webhooks: webhooksOf(value, locate),
    receiver: receiver === undefined ? null : { respond: respondOf(receiver) },
    faults: faultsOf(value, locate),
    steps: ((value.steps ?? []) as readonly Json[]).map((step, i) => stepOf(step, locate(`/steps/${i}`))),
  }
}

type Locate = Document['locate']

function webhooksOf({ webhooks = {} }: JsonObject, locate: Locate): readonly WebhookPlan[] {
  return Object.entries(webhooks as Record<string, JsonObject>).map(([name, plan]) => ({
    at: locate(`/webhooks/${name}`),
    name,
    fields: {},
    ...(plan as unknown as Pick<WebhookPlan, 'url'>),
  }))
}

function respondOf(receiver: Json): readonly Json[] {
  const respond = isJsonObject(receiver) ? receiver.respond : undefined
  if (typeof respond === 'string') return respond.split(/[\s,]+/).filter((word) => word !== '')
  return (respond as readonly Json[] | undefined) ?? []
}

function faultsOf({ faults = {} }: JsonObject, locate: Locate): readonly FaultPlan[] {
  return PLANES.flatMap((plane) =>
    (((faults as JsonObject)[plane] ?? []) as readonly JsonObject[]).map((fault, i) => ({
      at: locate(`/faults/${plane}/${i}`),
      plane,
      fault,
    })),
  )
}

function stepOf(step: Json, at: Step['at']): Step {
  if (!isJsonObject(step)) return readStep(String(step), {}, at)
  const found = stepWord(step)
  if ('problem' in found) throw new Error(found.problem.reason)
  return readStep(found.word, step, at)
}
