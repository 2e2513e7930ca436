import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import { isJsonObject, type Json, type JsonObject, toPointer } from '../../core/json.ts'
import { nearest, suggestion } from '../../core/text.ts'
import { issuesOf } from '../../schema/validate.ts'
import { type ScenarioProblem, scenarioProblem } from '../scenario.ts'
import { stepWord } from './read.ts'
import { outline } from './schema.ts'
import { ANSWER_EXPECTATION, EXEC_EXPECTATION } from './schema-parts.ts'
import { BARE_STEPS, EXPECTATION_FORMS, STEP_FORMS, stepSchema } from './steps.ts'

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  array: 'a list',
  object: 'an object',
  boolean: 'true or false',
  null: 'empty',
}

/** What a schema wants, in words: its title, or its type. */
function wantedBy(schema: JsonObject): readonly string[] {
  if (typeof schema.title === 'string') return [schema.title]
  if (Array.isArray(schema.enum)) return schema.enum.map(String)
  return [schema.type].flat().flatMap((type) => TYPES[String(type)] ?? [])
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

const WANTED: Readonly<Record<string, (schema: JsonObject) => string>> = {
  const: (schema) => String(schema.const),
  type: (schema) => listed(wantedBy(schema)),
  minimum: ({ minimum, maximum }) => range(minimum, maximum),
  maximum: ({ minimum, maximum }) => range(minimum, maximum),
  minItems: () => 'a list with anything in it',
  minLength: () => 'a text with anything in it',
  uniqueItems: () => 'a list without the same twice',
}

/** Of these, a title says all: of others, their limits count. */
const TITLED: ReadonlySet<string> = new Set(['type', 'const'])

/** An error in which `title` says what is wanted, and which is placed at the member that it is about. */
function formatAjvError(error: ErrorObject): ErrorObject {
  const { propertyName, instancePath, keyword } = error
  if (propertyName !== undefined && keyword !== 'propertyNames')
    return { ...error, instancePath: `${instancePath}${toPointer([propertyName])}` }
  const schema = error.parentSchema as JsonObject | undefined
  const wanted = schema === undefined ? undefined : WANTED[keyword]
  if (schema === undefined || wanted === undefined) return error
  if (typeof schema.title === 'string' && TITLED.has(keyword)) return { ...error, keyword: 'type' }
  return { ...error, keyword: 'type', parentSchema: { ...schema, title: wanted(schema) } }
}

function range(minimum: Json | undefined, maximum: Json | undefined): string {
  return maximum === undefined ? `a number from ${minimum} on` : `a number from ${minimum} to ${maximum}`
}

/**
 * Of the errors about alternatives (`anyOf`), those about the one that was meant. Without it, a mistake within one
 * alternative is told together with why all the others do not fit either.
 */
function mostSpecificErrors(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  // ajv tells an anyOf after its alternatives, and an outer one after an inner one.
  const [choice, ...outer] = errors.filter(({ keyword }) => keyword === 'anyOf')
  if (choice === undefined) return errors
  const inner = errors.filter(
    (error) => error.schemaPath.startsWith(`${choice.schemaPath}/`) && isAt(error, choice),
  )
  const told = meant(choice, inner)
  const left = errors.flatMap((error) => (error === choice ? told : inner.includes(error) ? [] : [error]))
  return outer.length === 0 ? left : mostSpecificErrors(left)
}

function isAt({ instancePath }: ErrorObject, choice: ErrorObject): boolean {
  return instancePath === choice.instancePath || instancePath.startsWith(`${choice.instancePath}/`)
}

/** Said of the value itself: the alternative is for something else. */
const OTHER_KIND = new Set(['type', 'enum', 'const', 'pattern'])

function meant(choice: ErrorObject, inner: readonly ErrorObject[]): readonly ErrorObject[] {
  const alternatives = alternativesOf(choice).map((_, i) =>
    inner.filter(({ schemaPath }) => schemaPath.startsWith(`${choice.schemaPath}/${i}/`)),
  )
  const fitting = alternatives.filter((list) =>
    list.every((error) => error.instancePath !== choice.instancePath || !OTHER_KIND.has(error.keyword)),
  )
  // A member that an alternative does not know speaks against it more than a wrong value of one that it knows.
  const distance = (list: readonly ErrorObject[]) =>
    list.length + 100 * list.filter(({ instancePath }) => instancePath === choice.instancePath).length
  const best = fitting.toSorted((a, b) => distance(a) - distance(b))[0]
  if (best !== undefined) return best
  const word = inner.find((error) => error.instancePath === choice.instancePath && isMisspelt(error))
  return [word ?? noneOf(choice)]
}

function isMisspelt({ keyword, params, data }: ErrorObject): boolean {
  if (keyword !== 'enum' || typeof data !== 'string') return false
  return nearest(data, (params.allowedValues as readonly unknown[]).map(String)) !== undefined
}

/** One error for all of them; its title names what would do. */
function noneOf(choice: ErrorObject): ErrorObject {
  const wanted = [...new Set(alternativesOf(choice).flatMap(wantedBy))]
  const parentSchema = { ...choice.parentSchema, title: listed(wanted) }
  return { ...choice, keyword: 'type', parentSchema }
}

function alternativesOf({ schema }: ErrorObject): readonly JsonObject[] {
  return Array.isArray(schema) ? schema : []
}

/** What is wrong with the form of a step: first which one it is, then what its own schema has against it. */
function stepProblems(
  step: Json,
  pointer: string,
  judgeOf: (word: string) => Judge,
): readonly ScenarioProblem[] {
  return withoutPlace(step, judgeOf).map((problem) => ({
    ...problem,
    pointer: `${pointer}${problem.pointer}`,
  }))
}

function withoutPlace(step: Json, judgeOf: (word: string) => Judge): readonly ScenarioProblem[] {
  if (typeof step === 'string') return bareProblems(step)
  // That it is neither is said by the schema of the whole file.
  if (!isJsonObject(step)) return []
  const found = stepWord(step)
  if ('problem' in found) return [found.problem]
  const { word } = found
  const answerless = answerlessProblems(word, step)
  const told = { ...step }
  for (const { pointer } of answerless) delete told[pointer.slice(1)]
  return [...answerless, ...(EXTRA[word]?.(step[word] ?? null) ?? []), ...judgeOf(word)(told)]
}

function bareProblems(step: string): readonly ScenarioProblem[] {
  if (BARE_STEPS.includes(step)) return []
  const isStep = Object.hasOwn(STEP_FORMS, step)
  const hint = isStep ? `Write it as "${step}: …".` : suggestion(step, BARE_STEPS)
  return [scenarioProblem('', `"${step}" is no step without a value`, hint)]
}

/** `expect` and `capture` beside a step that has no answer to look at. */
function answerlessProblems(word: string, step: JsonObject): readonly ScenarioProblem[] {
  const { beside } = STEP_FORMS[word] ?? { beside: {} }
  return (['expect', 'capture'] as const).flatMap((key) => {
    if (key === word || step[key] === undefined || Object.hasOwn(beside, key)) return []
    const hint = HINTS[word]?.[key] ?? (key === 'expect' ? 'Write a step of its own: - expect: …' : undefined)
    return [scenarioProblem(`/${key}`, `"${word}" has no answer to ${key} from`, hint)]
  })
}

const HINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  observe: { expect: 'It stands within: observe: {url: …, expect: …}.' },
  exec: { capture: 'Name the step, as: run, and say $run.body.stdout.' },
}

/** What a schema cannot say, or not in words that help. */
const EXTRA: Readonly<Record<string, (value: Json) => readonly ScenarioProblem[]>> = {
  expect: (value) => oneExpectation(value, '/expect'),
  wait: (value) => oneExpectation(value, '/wait'),
  observe(value) {
    if (!isJsonObject(value)) return []
    const { url, command, expect } = value
    if ((url === undefined) === (command === undefined)) {
      const reason = url === undefined ? 'it lacks "url" or "command"' : 'it has "url" and "command"'
      return [scenarioProblem('/observe', reason, 'Look at one of the two.')]
    }
    const [other, owner] = url === undefined ? [ANSWER_EXPECTATION, 'URL'] : [EXEC_EXPECTATION, 'command']
    const wrong = isJsonObject(expect) ? Object.keys(expect) : []
    return wrong
      .filter((key) => Object.hasOwn(other.properties as JsonObject, key))
      .map((key) => scenarioProblem(`/observe/expect/${key}`, `only a ${owner} has "${key}"`))
  },
}

function oneExpectation(value: Json, at: string): readonly ScenarioProblem[] {
  if (!isJsonObject(value)) return []
  const words = Object.keys(value).filter((key) => Object.hasOwn(EXPECTATION_FORMS, key))
  const [first, second] = words
  if (second !== undefined)
    return [
      scenarioProblem(
        `${at}${toPointer([second])}`,
        `one thing is expected at a time, and here are "${words.join('" and "')}"`,
        'Write two steps.',
      ),
    ]
  const known = Object.keys(EXPECTATION_FORMS)
  const others = Object.keys(value).filter((key) => key !== 'within')
  if (first !== undefined || others.length > 0) return []
  return [scenarioProblem(at, 'it does not say what is expected', `Known are: ${known.join(', ')}.`)]
}

/** What a schema has against a value. */
type Judge = (value: Json) => readonly ScenarioProblem[]

interface Judges {
  readonly outline: Judge
  /** Of a step, by its word. */
  readonly step: (word: string) => Judge
}

interface FormProblems {
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
    .map(formatAjvError)
  return issuesOf(mostSpecificErrors(placed), value).map(({ pointer, reason, hint }) =>
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
