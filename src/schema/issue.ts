import { type Location, MockError } from '../core/errors.ts'
import { shorten, suggestion } from '../core/text.ts'

/** Anything that is wrong in what a person wrote: a file, an option, a flag, a fault. */
export interface Issue {
  /** JSON pointer to the part that is wrong; empty for the whole. */
  readonly pointer: string
  /** Ends the sentence `Failed to load the scenario: …`; without a full stop. */
  readonly reason: string
  /** What to do next, as whole sentences. */
  readonly hint?: string
  /** Code of the error, where it is not the subject's own. */
  readonly code?: string
}

/** What issues are found in. */
export interface Subject {
  /** `load the scenario`: what failed because of them. */
  readonly action: string
  /** Code of an error about it, such as `BAD_SCENARIO`. */
  readonly code: string
  /** Where a part of it stands; absent where it comes from no file. */
  readonly locate?: (pointer: string) => Location | undefined
}

export function issue(pointer: string, reason: string, hint?: string, code?: string): Issue {
  return { pointer, reason, ...(hint !== undefined && { hint }), ...(code !== undefined && { code }) }
}

/** The known word that is nearest, or all of them; nothing where there is nothing to choose from. */
export function hintFor(word: string, known: readonly string[]): string | undefined {
  return known.length === 0 ? undefined : suggestion(word, known)
}

/** The issues of a part as issues of the whole. */
export function below(pointer: string, issues: readonly Issue[]): readonly Issue[] {
  return issues.map((one) => ({ ...one, pointer: `${pointer}${one.pointer}` }))
}

/** `/with/copies: "two" is not an integer ≥ 1. Did you mean …?` */
export function describeIssue({ pointer, reason, hint }: Issue): string {
  const sentence = hint === undefined ? `${reason}.` : `${reason}. ${hint}`
  return pointer === '' ? sentence : `${pointer}: ${sentence}`
}

/**
 * An error for each issue, in the order of the file, each once; of very many the first, and how many others there are.
 *
 * @param count how many there are, where `issues` are only the first of them
 */
export function toErrors(
  subject: Subject,
  issues: readonly Issue[],
  count = issues.length,
): readonly MockError[] {
  const shown = issues.slice(0, MOST_ISSUES).map((one) => toError(subject, one))
  const errors = once(shown).sort((a, b) => position(a) - position(b))
  const more = count - MOST_ISSUES
  return more > 0 ? [...errors, toError(subject, issue('', moreProblems(more)))] : errors
}

/** More are not reported one by one: each has to be found in its file and read by somebody. */
export const MOST_ISSUES = 100

function moreProblems(count: number): string {
  return `there ${count === 1 ? 'is' : 'are'} ${count.toLocaleString('en-US')} more ${count === 1 ? 'problem' : 'problems'}`
}

/** Without repetitions of the same error at the same place. */
function once(errors: readonly MockError[]): MockError[] {
  return [...new Map(errors.map((error) => [error.message, error])).values()]
}

/** One error for all: the first issue is its message, the others stand in its hint. */
export function issueError(subject: Subject, [first, ...rest]: readonly [Issue, ...Issue[]]): MockError {
  return joined(toError(subject, first), rest.map(describeIssue))
}

/**
 * Throws the first error with the others in its hint; nothing is thrown where there are none. {@link singleErrors}
 * separates them again.
 */
export function throwAll(found: readonly MockError[]): void {
  const errors = once(found)
  const [first, ...rest] = errors
  if (first === undefined) return
  if (rest.length === 0) throw first
  throw joined(
    first,
    rest.map(({ message }) => message),
    new AggregateError(errors, `${errors.length} problems`),
  )
}

/** The errors that {@link throwAll} threw as one. */
export function singleErrors(error: MockError): readonly MockError[] {
  return error.cause instanceof AggregateError ? (error.cause.errors as readonly MockError[]) : [error]
}

const LONGEST_LINE = 1_000

/** A value as a message shows it: the beginning of its JSON, without writing out all of it. */
export function show(value: unknown): string {
  return shorten(beginning(value, 80))
}

/** JSON of which no more than the first `most` characters are right. */
function beginning(value: unknown, most: number): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'string') return JSON.stringify(value.slice(0, most + 1))
  if (typeof value !== 'object' || value === null || 'toJSON' in value)
    return JSON.stringify(value) ?? String(value)
  const isList = Array.isArray(value)
  const keys = isList ? value.keys() : Object.keys(value)
  let text = isList ? '[' : '{'
  for (const key of keys) {
    if (text.length > most) return text
    const comma = text.length === 1 ? '' : ','
    const name = isList ? '' : `${beginning(key, most)}:`
    text += `${comma}${name}${beginning(Reflect.get(value, key), most - text.length)}`
  }
  return `${text}${isList ? ']' : '}'}`
}

function toError(subject: Subject, { pointer, reason, hint, code = subject.code }: Issue): MockError {
  const location = subject.locate?.(pointer)
  return new MockError('input', code, `Failed to ${subject.action}: ${reason}.`, {
    ...(hint !== undefined && { hint }),
    ...(location !== undefined && { location }),
  })
}

function joined(first: MockError, others: readonly string[], cause?: AggregateError): MockError {
  if (others.length === 0) return first
  const { code, summary, hint, location } = first
  const more = `${others.length} more ${others.length === 1 ? 'problem' : 'problems'}:`
  const lines = [more, ...others.slice(0, MOST_ISSUES).map((one) => `  ${shorten(one, LONGEST_LINE)}`)]
  if (others.length > MOST_ISSUES) lines.push('  …')
  return new MockError('input', code, summary, {
    hint: [...(hint === undefined ? [] : [hint]), ...lines].join('\n'),
    ...(location !== undefined && { location }),
    ...(cause !== undefined && { cause }),
  })
}

function position({ location }: MockError): number {
  return (location?.line ?? 0) * 10_000 + (location?.column ?? 0)
}
