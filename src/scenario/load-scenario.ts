import { parseClockMode } from '../core/clock.ts'
import { parseDuration } from '../core/duration.ts'
import type { MockError } from '../core/errors.ts'
import { atPointer, type Json, type JsonObject } from '../core/json.ts'
import { oneLine } from '../core/one-line.ts'
import { PLANES } from '../fault/fault.ts'
import { type Document, readDocument } from '../spec/document.ts'
import { throwAll, toErrors } from '../spec/problem.ts'
import { circleProblems } from './check/circle-problems.ts'
import { patienceProblems } from './check/clock-problems.ts'
import { faultProblems } from './check/fault-problems.ts'
import { knownProviders } from './check/known-providers.ts'
import { nameProblems, type Outlined } from './check/name-problems.ts'
import { answerWords, respondProblems } from './check/respond-problems.ts'
import { soundPart } from './check/sound-part.ts'
import { formProblems } from './format/form-problems.ts'
import { readWrittenStep } from './format/read-step.ts'
import type { ScenarioProblem } from './problem.ts'
import type { FaultPlan, Scenario, WebhookPlan } from './scenario.ts'

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
  const problems = await problemsOf(document, specs)
  const placed = problems.map((problem) => ({
    ...problem,
    pointer: existing(document.value, problem.pointer),
  }))
  return toErrors({ what: WHAT, locate: document.locate }, placed)
}

async function problemsOf(document: Document, specs: readonly string[]): Promise<readonly ScenarioProblem[]> {
  const circles = circleProblems(document.value)
  if (circles.length > 0) return circles
  const { outline, steps } = await formProblems(document.value)
  const { file, lost } = soundPart(document.value, outline)
  const misshapen = outline.flatMap(({ pointer }) => {
    const [, number] = /^\/steps\/(\d+)/.exec(pointer) ?? []
    return number === undefined ? [] : [Number(number)]
  })
  const broken = new Set([...misshapen, ...[...steps.keys()].filter((i) => (steps[i] ?? []).length > 0)])
  const content = await contentProblems({ ...document, value: file }, { lost, broken }, specs)
  return [...outline, ...steps.flat(), ...content]
}

/** The event of `trigger: note.created` is the trigger itself. */
function existing(file: JsonObject, pointer: string): string {
  const isThere = pointer === '' || atPointer(file, pointer) !== undefined
  return isThere ? pointer : existing(file, pointer.slice(0, pointer.lastIndexOf('/')))
}

async function contentProblems(
  document: Document,
  unsound: Pick<Outlined, 'lost' | 'broken'>,
  specs: readonly string[],
): Promise<readonly ScenarioProblem[]> {
  const { value: file } = document
  const respond = respondProblems(file)
  const known = await knownProviders(file, specs)
  return [
    ...respond,
    ...patienceProblems(withoutSteps(document).attemptTimeoutMs),
    ...known.problems,
    ...faultProblems(file, known),
    ...nameProblems({ file, scenario: withoutSteps(document), ...unsound }, known),
  ]
}

function toScenario(document: Document): Scenario {
  const { value, locate } = document
  const steps = ((value.steps ?? []) as readonly Json[]).map((step, i) =>
    readWrittenStep(step, locate(`/steps/${i}`)),
  )
  return { ...withoutSteps(document), steps }
}

function withoutSteps({ file, value, locate }: Document): Omit<Scenario, 'steps'> {
  const { name, description, provider, providers, clock, attemptTimeout, seed, vars, receiver } = value
  return {
    file,
    name: oneLine((name as string | undefined) ?? file),
    description: (description as string | undefined) ?? null,
    providers: (providers as string[] | undefined) ?? [provider as string],
    clock: parseClockMode((clock as string | undefined) ?? 'virtual'),
    attemptTimeoutMs: attemptTimeout === undefined ? null : parseDuration(attemptTimeout as string),
    seed: seed === undefined ? null : String(seed),
    vars: (vars as JsonObject | undefined) ?? {},
    webhooks: webhooksOf(value, locate),
    receiver: receiver === undefined ? null : { respond: answerWords(receiver) },
    faults: faultsOf(value, locate),
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

function faultsOf({ faults = {} }: JsonObject, locate: Locate): readonly FaultPlan[] {
  return PLANES.flatMap((plane) =>
    (((faults as JsonObject)[plane] ?? []) as readonly JsonObject[]).map((fault, i) => ({
      at: locate(`/faults/${plane}/${i}`),
      plane,
      fault,
    })),
  )
}
