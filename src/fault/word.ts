import { isJsonObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import { suggestion } from '../core/nearest.ts'
import { isWrong, type Parameter } from './parameter.ts'
import type { FaultProblem } from './problem.ts'

type Parameters = Readonly<Record<string, Parameter<unknown>>>
type ValuesOf<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never
}

/** A fault by its name: what it does, what may be said about it, and how it becomes an action. */
export interface Word<A> {
  readonly about: string
  readonly parameters: Parameters
  /** The one that a plain value gives: `{latency: 2s}`. */
  readonly main: string | null
  readonly make: (values: Readonly<Record<string, unknown>>) => A
}

export function word<P extends Parameters, A>(
  about: string,
  parameters: P,
  make: (values: ValuesOf<P>) => A,
  main: (keyof P & string) | null = null,
): Word<A> {
  // What is read by a parameter has its type: `readWord` reads each by its own.
  return { about, parameters, main, make: make as unknown as Word<A>['make'] }
}

/** The action of a word with the given parameters, an absent one having its default. */
export function readWord<A>(
  { parameters, main, make }: Word<A>,
  name: string,
  given: Json | undefined,
  pointer: string,
): { readonly action: A } | { readonly problems: readonly FaultProblem[] } {
  const named = namedValues(given, main, parameters)
  if (named === null) return { problems: [{ pointer, ...namelessProblem(name, parameters) }] }
  const problems: FaultProblem[] = []
  const values: Record<string, unknown> = {}
  for (const [key, parameter] of Object.entries(parameters)) values[key] = parameter.fallback
  for (const [key, value] of Object.entries(named)) {
    const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined
    const at = named === given ? `${pointer}${toPointer([key])}` : pointer
    if (parameter === undefined) {
      problems.push({ pointer: at, reason: `${name} has no "${key}"`, hint: known(parameters, key) })
      continue
    }
    const read = parameter.read(value)
    if (isWrong(read)) {
      const hint = read.hint ?? meaning(key, parameter)
      problems.push({ pointer: at, reason: `"${key}" ${read.wrong}`, hint })
    } else values[key] = read
  }
  return problems.length > 0 ? { problems } : { action: make(values) }
}

function namelessProblem(name: string, parameters: Parameters): Omit<FaultProblem, 'pointer'> {
  const hasAny = Object.keys(parameters).length > 0
  if (!hasAny) return { reason: `${name} has no parameters` }
  return { reason: `${name} wants its parameters by name`, hint: known(parameters) }
}

/** `"copies" says how many times in all. Its default is 2.` */
function meaning(key: string, { about, written }: Parameter<unknown>): string {
  const verb = /^(how|which|whether|where)\b/.test(about) ? 'says' : 'gives'
  return `"${key}" ${verb} ${about}. Its default is ${written}.`
}

function namedValues(
  given: Json | undefined,
  main: string | null,
  parameters: Parameters,
): JsonObject | null {
  if (given === undefined) return {}
  if (isJsonObject(given) && !isValueOf(given, main === null ? undefined : parameters[main], parameters))
    return given
  return main === null ? null : { [main]: given }
}

/** Whether an object is the value of the parameter that needs no name, and not parameters by their names. */
function isValueOf(
  given: JsonObject,
  parameter: Parameter<unknown> | undefined,
  parameters: Parameters,
): boolean {
  const names = Object.keys(given)
  if (parameter === undefined || names.length === 0) return false
  return !names.some((name) => Object.hasOwn(parameters, name)) && takesObjects(parameter.schema)
}

function takesObjects({ type, anyOf = [] }: JsonObject): boolean {
  return type === 'object' || (anyOf as readonly JsonObject[]).some(takesObjects)
}

function known(parameters: Parameters, near?: string): string {
  const names = Object.keys(parameters)
  if (names.length === 0) return 'It has no parameters.'
  return near === undefined ? `Known are: ${names.join(', ')}.` : suggestion(near, names)
}
