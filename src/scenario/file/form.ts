import { isJsonObject, type Json, type JsonObject, toPointer } from '../../core/json.ts'
import { lazily } from '../../core/lazy.ts'
import { suggestion } from '../../core/text.ts'
import { below, type Issue, issue } from '../../schema/issue.ts'
import { loadCompiler, type Validator } from '../../schema/validate.ts'
import {
  BARE_STEPS,
  BESIDE,
  isStepKind,
  kindsOf,
  STEP_KINDS,
  type StepKind,
  stepDefinition,
  stepSchema,
} from '../steps/index.ts'
import { scenarioObject } from './schema.ts'

/** What is wrong with the form of a step: its name, what stands beside it, then what its own schema finds. */
function stepIssues(step: Json, validatorOf: Validators['step']): readonly Issue[] {
  if (typeof step === 'string') return bareStepIssues(step)
  // That it is neither a name nor an object is found by the schema of the whole file.
  if (!isJsonObject(step)) return []
  const named = nameIssues(step)
  const [kind] = kindsOf(step)
  if (named.length > 0 || kind === undefined) return named
  const refused = answerIssues(kind, step)
  const rest = { ...step }
  for (const { pointer } of refused) delete rest[pointer.slice(1)]
  return [
    ...refused,
    ...(stepDefinition(kind).checkForm?.(step[kind] ?? null) ?? []),
    ...validatorOf(kind)(rest),
  ]
}

/** A step names one thing to do. */
function nameIssues(step: JsonObject): readonly Issue[] {
  const kinds = kindsOf(step)
  if (kinds.length > 1) {
    const reason = `a step does one thing, and this one has "${kinds.join('" and "')}"`
    return [issue('', reason, 'Write two steps.')]
  }
  const [kind] = kinds
  const unknown = Object.keys(step).find((key) => !BESIDE.includes(key) && key !== kind)
  // What is misspelt beside an `expect` was to be what the step does.
  if (kind !== undefined && (kind !== 'expect' || unknown === undefined)) return []
  if (unknown === undefined)
    return [issue('', 'the step does not say what to do', `Known are: ${STEP_KINDS.join(', ')}.`)]
  return [issue(toPointer([unknown]), `"${unknown}" is no step`, suggestion(unknown, STEP_KINDS))]
}

function bareStepIssues(step: string): readonly Issue[] {
  if (BARE_STEPS.includes(step)) return []
  const hint = isStepKind(step) ? `Write it as "${step}: …".` : suggestion(step, BARE_STEPS)
  return [issue('', `"${step}" is no step without a value`, hint)]
}

/** `expect` and `capture` beside a step that has no answer to look at. */
function answerIssues(kind: StepKind, step: JsonObject): readonly Issue[] {
  const { beside = {}, hints = {} } = stepDefinition(kind)
  return (['expect', 'capture'] as const).flatMap((key) => {
    if (key === kind || step[key] === undefined || Object.hasOwn(beside, key)) return []
    const hint = hints[key] ?? (key === 'expect' ? 'Write a step of its own: - expect: …' : undefined)
    return [issue(`/${key}`, `"${kind}" has no answer to ${key} from`, hint)]
  })
}

interface Validators {
  readonly outline: Validator
  readonly step: (kind: StepKind) => Validator
}

interface FormIssues {
  /** Of everything but the steps. */
  readonly outline: readonly Issue[]
  /** Of each step. */
  readonly steps: readonly (readonly Issue[])[]
}

/** What is wrong with the form of a file: members, types, spelling. Faults have a reader of their own. */
export async function formIssues(file: JsonObject): Promise<FormIssues> {
  const validators = await loadValidators()
  const steps: readonly Json[] = Array.isArray(file.steps) ? file.steps : []
  return {
    outline: [...validators.outline(file), ...providerIssues(file)],
    steps: steps.map((step, i) => below(`/steps/${i}`, stepIssues(step, validators.step))),
  }
}

function providerIssues({ provider, providers }: JsonObject): readonly Issue[] {
  if (provider === undefined && providers === undefined)
    return [issue('', 'it lacks the field "provider"', 'Say which one is imitated: provider: ID.')]
  if (provider === undefined || providers === undefined) return []
  return [issue('/providers', 'it has "provider" and "providers"', 'Keep one of the two.')]
}

/** Faults have a reader of their own, which explains more than a schema can. */
const ANY_FAULT: JsonObject = { type: 'object' }

const loadValidators = lazily(async (): Promise<Validators> => {
  // How many expectations there may be is explained by the steps that have one.
  const compile = await loadCompiler({ ignored: ['maxProperties', 'minProperties'] })
  const steps = new Map<StepKind, Validator>()
  return {
    outline: compile(
      openFaults(scenarioObject({ title: 'a step such as "advance: 10s"', type: ['object', 'string'] })),
    ),
    // Each when it is needed first: together they take longer than most scenarios.
    step(kind) {
      const found = steps.get(kind) ?? compile(openFault(stepSchema(kind)))
      steps.set(kind, found)
      return found
    },
  }
})

function openFaults(schema: JsonObject): JsonObject {
  const properties = schema.properties as JsonObject
  const faults = properties.faults as JsonObject
  const planes = Object.keys(faults.properties as JsonObject)
  const open = Object.fromEntries(planes.map((plane) => [plane, { type: 'array', items: ANY_FAULT }]))
  return { ...schema, properties: { ...properties, faults: { ...faults, properties: open } } }
}

function openFault(schema: JsonObject): JsonObject {
  const properties = schema.properties as JsonObject
  return 'fault' in properties && isJsonObject(properties.fault)
    ? { ...schema, properties: { ...properties, fault: ANY_FAULT } }
    : schema
}
