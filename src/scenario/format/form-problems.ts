import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { complaints } from '../../spec/ajv-reason.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'
import { plainError } from './plain-error.ts'
import { outline } from './scenario-schema.ts'
import { sharpest } from './sharpest.ts'
import { stepSchema } from './step-forms.ts'
import { stepProblems } from './step-problems.ts'

/** What a schema has against a value. */
export type Judge = (value: Json) => readonly ScenarioProblem[]

interface Judges {
  readonly outline: Judge
  /** Of a step, by its word. */
  readonly step: (word: string) => Judge
}

export interface FormProblems {
  /** Of everything but the steps. */
  readonly outline: readonly ScenarioProblem[]
  /** Of each step. */
  readonly steps: readonly (readonly ScenarioProblem[])[]
}

let loading: Promise<Judges> | undefined

/** What is wrong with the form of a file: members, types, spelling. Faults are read, and judged, elsewhere. */
export async function formProblems(file: JsonObject): Promise<FormProblems> {
  loading ??= compileJudges()
  const judges = await loading
  const steps: readonly Json[] = Array.isArray(file.steps) ? file.steps : []
  return {
    outline: [...judges.outline(file), ...providerProblems(file)],
    steps: steps.map((step, i) => stepProblems(step, `/steps/${i}`, judges.step)),
  }
}

function providerProblems({ provider, providers }: JsonObject): readonly ScenarioProblem[] {
  if (provider === undefined && providers === undefined)
    return [scenarioProblem('', 'it lacks the field "provider"', 'Say which one is imitated: provider: ID.')]
  if (provider === undefined || providers === undefined) return []
  return [scenarioProblem('/providers', 'it has "provider" and "providers"', 'Keep one of the two.')]
}

/** Faults have a reader of their own, which says more than a schema can. */
const ANY_FAULT: JsonObject = { type: 'object' }

async function compileJudges(): Promise<Judges> {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false })
  const judge = (schema: JsonObject): Judge => {
    const validate = ajv.compile(schema)
    return (value) => (validate(value) ? [] : problems(validate, value))
  }
  const steps = new Map<string, Judge>()
  return {
    outline: judge(
      openFaults(outline({ title: 'a step such as "advance: 10s"', type: ['object', 'string'] })),
    ),
    // Each where it is needed first: together they take longer than most scenarios.
    step(word) {
      const found = steps.get(word) ?? judge(openFault(stepSchema(word)))
      steps.set(word, found)
      return found
    },
  }
}

function problems({ errors }: ValidateFunction, value: Json): readonly ScenarioProblem[] {
  const placed = ((errors ?? []) as readonly ErrorObject[])
    // Said in better words by whoever knows the step.
    .filter(({ keyword }) => keyword !== 'maxProperties' && keyword !== 'minProperties')
    .map(plainError)
  return complaints(sharpest(placed), value).map(({ pointer, reason, hint }) =>
    scenarioProblem(pointer, reason, hint),
  )
}

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
