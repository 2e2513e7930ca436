import { isJsonObject, type Json, type JsonObject, toPointer } from '../../core/json.ts'
import type { Mismatch } from '../../core/match.ts'
import { formatDuration } from '../../core/units.ts'
import { type Issue, issue } from '../../schema/issue.ts'
import type { CheckContext } from '../file/check-context.ts'
import { answer } from './answer.ts'
import { delivery } from './delivery.ts'
import type { ExpectationDefinition } from './expectation.ts'
import type { Facts } from './facts.ts'
import { received } from './received.ts'
import { requests } from './requests.ts'
import { violations } from './violations.ts'
import { webhook } from './webhook.ts'

/** Every kind of expectation by its name in a file, in the order of the documentation. */
export const EXPECTATIONS = { delivery, received, requests, violations, answer, webhook }

type ExpectationKind = keyof typeof EXPECTATIONS

export type Expectation = {
  [K in ExpectationKind]: { readonly kind: K } & ReturnType<(typeof EXPECTATIONS)[K]['read']>
}[ExpectationKind]

/** Schemas of all of them, by their names. */
export const EXPECTATION_SCHEMAS: JsonObject = Object.fromEntries(
  Object.entries(EXPECTATIONS).map(([name, { schema }]) => [name, schema]),
)

export function expectationDefinition(kind: ExpectationKind): ExpectationDefinition<unknown> {
  return EXPECTATIONS[kind]
}

function isKind(name: string): name is ExpectationKind {
  return Object.hasOwn(EXPECTATIONS, name)
}

/** `{delivery: {…}}`, whose form is right, as an expectation; a number alone is how many. */
export function readExpectation(written: JsonObject): Expectation {
  const [name = '', members = null] = Object.entries(written).find(([one]) => isKind(one)) ?? []
  if (!isKind(name)) throw new Error(`no expectation ${name}`)
  const read = EXPECTATIONS[name].read(isJsonObject(members) ? members : { count: members })
  return { kind: name, ...read } as Expectation
}

/** What is wrong with `{delivery: {…}}` beyond what its schema can find: it has to name one kind. */
export function singleExpectationIssues(value: Json, at: string): readonly Issue[] {
  if (!isJsonObject(value)) return []
  const kinds = Object.keys(value).filter(isKind)
  const [first, second] = kinds
  if (second !== undefined) {
    const reason = `one thing is expected at a time, and here are "${kinds.join('" and "')}"`
    return [issue(`${at}${toPointer([second])}`, reason, 'Write two steps.')]
  }
  const others = Object.keys(value).filter((key) => key !== 'within')
  if (first !== undefined || others.length > 0) return []
  const known = Object.keys(EXPECTATIONS).join(', ')
  return [issue(at, 'it does not say what is expected', `Known are: ${known}.`)]
}

/** @param context with the place of the object that names the kind */
export function expectationIssues(expectation: Expectation, context: CheckContext): readonly Issue[] {
  const { kind } = expectation
  return expectationDefinition(kind).check?.(expectation, { ...context, at: `${context.at}/${kind}` }) ?? []
}

/** Where the facts are not as expected; empty: they are. */
export function expectationMismatches(expectation: Expectation, facts: Facts): readonly Mismatch[] {
  return expectationDefinition(expectation.kind).mismatches(expectation, facts)
}

/** `delivery of note to app: status succeeded, attempts 3`. */
export function describeExpectation(expectation: Expectation): string {
  const { kind, ...members } = expectation
  const { of, to, webhook, ...rest }: { readonly [name: string]: unknown } = { ...members }
  const subject = [
    kind,
    ...(typeof webhook === 'string' ? [webhook] : []),
    ...(typeof of === 'string' ? [`of ${of}`] : []),
    ...(typeof to === 'string' ? [`to ${to}`] : []),
  ].join(' ')
  const texts = Object.entries(rest).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [`${key} ${memberText(key, value)}`],
  )
  return texts.length === 0 ? subject : `${subject}: ${texts.join(', ')}`
}

function memberText(key: string, value: unknown): string {
  if (key === 'delays') return (value as readonly number[]).map(formatDuration).join(' ')
  if (key === 'apart') return formatDuration(value as number)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
