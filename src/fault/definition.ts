import { asText, isJsonObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import { suggestion } from '../core/text.ts'
import { type Issue, issue, MOST_ISSUES, show } from '../schema/issue.ts'
import type { Parameter } from './parameters.ts'

export type Parameters = Readonly<Record<string, Parameter<unknown>>>

/** What parameters are read as: durations are milliseconds, sizes bytes. */
export type ValuesOf<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never
}

/** What every fault declares, on every plane. Documentation, JSON Schema and reading are derived from it. */
export interface FaultDefinition<P extends Parameters = Parameters> {
  /** What it does, in words that follow its name: `is sent later`. */
  readonly about: string
  readonly parameters: P
  /** The parameter that needs no name: `{latency: 2s}`. Absent: all need their names. */
  readonly main?: keyof P & string
}

/** What the faults of a catalogue are read as: each by its name, with the values of its parameters. */
export type ActionOf<Catalogue extends Readonly<Record<string, FaultDefinition>>> = {
  [N in keyof Catalogue & string]: { readonly name: N } & ValuesOf<Catalogue[N]['parameters']>
}[keyof Catalogue & string]

type ReadParameters =
  | { readonly values: Readonly<Record<string, unknown>> }
  | { readonly issues: readonly Issue[] }

/** Reads the parameters of a fault; those that the input leaves out have their defaults. */
export function readParameters(
  { parameters, main }: FaultDefinition,
  name: string,
  input: Json | undefined,
  pointer: string,
): ReadParameters {
  const named = namedValues(input, main, parameters)
  if (named === null) return { issues: [namedOnlyIssue(name, pointer, parameters)] }
  const issues: Issue[] = []
  const values: Record<string, unknown> = {}
  for (const [key, { fallback }] of Object.entries(parameters)) values[key] = fallback
  for (const [key, value] of Object.entries(named)) {
    if (issues.length >= MOST_ISSUES) break
    const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined
    const at = named === input ? `${pointer}${toPointer([key])}` : pointer
    const read = parameter?.read(value)
    if (parameter === undefined)
      issues.push(issue(at, `${name} has no "${key}"`, knownNames(parameters, key)))
    else if (read === undefined) issues.push(invalidIssue(key, value, parameter, at))
    else values[key] = read
  }
  return issues.length > 0 ? { issues } : { values }
}

function namedValues(
  input: Json | undefined,
  main: string | undefined,
  parameters: Parameters,
): JsonObject | null {
  if (input === undefined) return {}
  const parameter = main === undefined ? undefined : parameters[main]
  if (isJsonObject(input) && !isValueOf(input, parameter, parameters)) return input
  return main === undefined ? null : { [main]: input }
}

/** Whether an object is the value of the parameter that needs no name, and not parameters by their names. */
function isValueOf(
  input: JsonObject,
  parameter: Parameter<unknown> | undefined,
  parameters: Parameters,
): boolean {
  const names = Object.keys(input)
  if (parameter === undefined || names.length === 0) return false
  return !names.some((name) => Object.hasOwn(parameters, name)) && takesObjects(parameter.schema)
}

function takesObjects({ type, anyOf = [] }: JsonObject): boolean {
  return type === 'object' || (anyOf as readonly JsonObject[]).some(takesObjects)
}

function namedOnlyIssue(name: string, pointer: string, parameters: Parameters): Issue {
  if (Object.keys(parameters).length === 0) return issue(pointer, `${name} has no parameters`)
  return issue(pointer, `${name} takes its parameters by name`, knownNames(parameters))
}

/** With the hint `"copies" is how many times in all. Its default is 2.` */
function invalidIssue(
  key: string,
  value: Json,
  { expected, choices, about, defaultText }: Parameter<unknown>,
  at: string,
) {
  const meaning = `"${key}" is ${about}. Its default is ${defaultText}.`
  const hint = choices === undefined ? meaning : suggestion(asText(value), choices)
  return issue(at, `"${key}" is ${show(value)}, which is not ${expected}`, hint)
}

function knownNames(parameters: Parameters, near?: string): string {
  const names = Object.keys(parameters)
  if (names.length === 0) return 'It has no parameters.'
  return near === undefined ? `Known are: ${names.join(', ')}.` : suggestion(near, names)
}
