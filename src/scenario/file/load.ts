import { parseClockMode } from '../../core/clock.ts'
import type { MockError } from '../../core/errors.ts'
import {
  atPointer,
  isJsonObject,
  type Json,
  type JsonObject,
  pointerSteps,
  toPointer,
} from '../../core/json.ts'
import { oneLine } from '../../core/text.ts'
import { parseDuration } from '../../core/units.ts'
import { PLANES } from '../../fault/catalogue.ts'
import { type Subject, throwAll, toErrors } from '../../schema/issue.ts'
import { type Document, readDocument } from '../../schema/locate.ts'
import {
  type FaultPlan,
  type Scenario,
  type ScenarioProblem,
  scenarioProblem,
  type WebhookPlan,
} from '../scenario.ts'
import { nameProblems, type Outlined } from './check-names.ts'
import { answerWords, faultProblems, knownProviders, respondProblems } from './check-provider.ts'
import { patienceProblems } from './check-values.ts'
import { readWrittenStep } from './read.ts'
import { formProblems } from './validate.ts'

/** An alias within its own anchor, which YAML allows and nothing here could ever write out. */
function circleProblems(file: Json): readonly ScenarioProblem[] {
  const above = new Set<Json>()
  const done = new Set<Json>()
  const find = (value: Json, steps: readonly string[]): readonly ScenarioProblem[] => {
    if (typeof value !== 'object' || value === null || done.has(value)) return []
    if (above.has(value)) return [scenarioProblem(toPointer(steps), 'a value contains itself')]
    above.add(value)
    const found = Object.entries(value).flatMap(([key, one]) => find(one as Json, [...steps, key]))
    above.delete(value)
    done.add(value)
    return found
  }
  return find(file, [])
}

/** What of a file can be judged further when something in its outline is wrong. */
interface ValidPart {
  readonly file: JsonObject
  /** Names that what was left out may have given: later steps are not to be blamed for them. */
  readonly lost: readonly string[]
}

/** Members of which one that is wrong says nothing about those beside it. */
const COLLECTIONS: ReadonlySet<string> = new Set(['vars', 'webhooks', 'faults'])

/** A file without what its outline's problems are about. Steps stay where they are, or their numbers would change. */
function validPart(file: JsonObject, outline: readonly ScenarioProblem[]): ValidPart {
  const sound: Record<string, Json> = { ...file }
  const lost: string[] = []
  for (const { pointer } of outline) {
    const [member, entry] = pointerSteps(pointer)
    if (member === undefined || (member === 'steps' && entry !== undefined)) continue
    const value = sound[member]
    if (entry !== undefined && COLLECTIONS.has(member) && isJsonObject(value)) {
      const { [entry]: _wrong, ...others } = value
      sound[member] = others
      lost.push(entry)
    } else {
      if (isJsonObject(value)) lost.push(...Object.keys(value))
      delete sound[member]
    }
  }
  return { file: sound, lost }
}

interface LoadScenarioOptions {
  /** Provider documents of one's own, beside the shipped ones. */
  readonly specs?: readonly string[]
}

const SCENARIO: Subject = { action: 'load the scenario', code: 'BAD_SCENARIO' }

/**
 * Reads a scenario file, without network.
 *
 * @throws MockError (input) with everything that is wrong with it, each with file, line and column.
 */
export async function loadScenario(file: string, options: LoadScenarioOptions = {}): Promise<Scenario> {
  const document = await readDocument(file, SCENARIO)
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
  return toErrors({ ...SCENARIO, locate: document.locate }, placed)
}

async function problemsOf(document: Document, specs: readonly string[]): Promise<readonly ScenarioProblem[]> {
  const circles = circleProblems(document.value)
  if (circles.length > 0) return circles
  const { outline, steps } = await formProblems(document.value)
  const { file, lost } = validPart(document.value, outline)
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
