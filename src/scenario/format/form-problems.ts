import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/nearest.ts'
import { complaints } from '../../spec/ajv-reason.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'
import { outline } from './scenario-schema.ts'
import { BARE_STEPS, BESIDE, STEP_FORMS, stepSchema } from './step-forms.ts'

type Judge = (value: Json) => readonly ScenarioProblem[]

interface Judges {
  readonly outline: Judge
  readonly step: (word: string) => Judge
}

let loading: Promise<Judges> | undefined

/** What is wrong with the form of a file: members, types, spelling. Faults are read, and judged, elsewhere. */
export async function formProblems(file: JsonObject): Promise<readonly ScenarioProblem[]> {
  loading ??= compileJudges()
  const judges = await loading
  const steps: readonly Json[] = Array.isArray(file.steps) ? file.steps : []
  return [
    ...judges.outline(file),
    ...providerProblems(file),
    ...steps.flatMap((step, i) => stepProblems(step, `/steps/${i}`, judges)),
  ]
}

/** The word of a step that says what it does, or what is wrong with it. */
export function stepWord(
  step: JsonObject,
): { readonly word: string } | { readonly problem: ScenarioProblem } {
  const known = Object.keys(step).filter((key) => Object.hasOwn(STEP_FORMS, key))
  // `expect` is a step of its own, and stands beside others.
  const words = known.length > 1 ? known.filter((key) => key !== 'expect') : known
  const [word, second] = words
  if (word !== undefined && second === undefined) return { word }
  if (second !== undefined)
    return {
      problem: scenarioProblem(
        '',
        `a step does one thing, and this one has "${words.join('" and "')}"`,
        SPLIT,
      ),
    }
  const unknown = Object.keys(step).find((key) => !BESIDE.includes(key))
  const names = Object.keys(STEP_FORMS)
  if (unknown === undefined)
    return {
      problem: scenarioProblem('', 'the step does not say what to do', `Known are: ${names.join(', ')}.`),
    }
  return { problem: scenarioProblem(`/${unknown}`, `"${unknown}" is no step`, suggestion(unknown, names)) }
}

const SPLIT = 'Write two steps.'

function stepProblems(step: Json, pointer: string, judges: Judges): readonly ScenarioProblem[] {
  if (typeof step === 'string')
    return BARE_STEPS.includes(step)
      ? []
      : [scenarioProblem(pointer, `"${step}" is no step without a value`, suggestion(step, BARE_STEPS))]
  if (!isJsonObject(step)) return []
  const found = stepWord(step)
  if ('problem' in found) return [below(pointer, found.problem)]
  return judges
    .step(found.word)(step)
    .map((problem) => below(pointer, problem))
}

function providerProblems({ provider, providers }: JsonObject): readonly ScenarioProblem[] {
  if (provider === undefined && providers === undefined)
    return [scenarioProblem('', 'it lacks the field "provider"', 'Say which one is imitated: provider: ID.')]
  if (provider === undefined || providers === undefined) return []
  return [scenarioProblem('/providers', 'it has "provider" and "providers"', 'Keep one of the two.')]
}

function below(pointer: string, problem: ScenarioProblem): ScenarioProblem {
  return { ...problem, pointer: `${pointer}${problem.pointer}` }
}

/** Faults have a reader of their own, which says more than a schema can. */
const ANY_FAULT: JsonObject = { type: 'object' }

async function compileJudges(): Promise<Judges> {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false })
  const judge = (validate: ValidateFunction): Judge => {
    return (value) =>
      validate(value)
        ? []
        : complaints(validate.errors as ErrorObject[], value).map(({ pointer, reason, hint }) =>
            scenarioProblem(pointer, reason, hint),
          )
  }
  const whole = outline({ type: ['object', 'string'] })
  const properties = whole.properties as JsonObject
  const planes = (properties.faults as JsonObject).properties as JsonObject
  const faults = {
    ...(properties.faults as JsonObject),
    properties: Object.fromEntries(
      Object.keys(planes).map((plane) => [plane, { type: 'array', items: ANY_FAULT }]),
    ),
  }
  const steps = new Map<string, Judge>()
  return {
    outline: judge(ajv.compile({ ...whole, properties: { ...properties, faults } })),
    step(word) {
      const known = steps.get(word) ?? judge(ajv.compile(openFault(stepSchema(word))))
      steps.set(word, known)
      return known
    },
  }
}

function openFault(schema: JsonObject): JsonObject {
  const properties = schema.properties as JsonObject
  return 'fault' in properties ? { ...schema, properties: { ...properties, fault: ANY_FAULT } } : schema
}
