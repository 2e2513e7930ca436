import { isRegExp } from 'node:util/types'
import { readExpression } from '../core/expression.ts'
import { isObject, type Json, MAX_LEVELS } from '../core/json.ts'
import type { Pattern } from '../core/match.ts'
import { shorten } from '../core/text.ts'
import { issue, issueError } from '../schema/issue.ts'

/** A pattern of a scenario as a program writes it: a RegExp stands for the `/pattern/` of the same text. */
export type PatternLike =
  | null
  | boolean
  | number
  | string
  | RegExp
  | readonly PatternLike[]
  | { readonly [key: string]: PatternLike }

/**
 * The pattern that a value of a program says.
 *
 * @param what names the value in messages: `body`
 * @throws MockError (input) for what is neither JSON nor a RegExp, and for an expression that cannot be matched
 */
export function readPattern(what: string, value: unknown, level = 0): Pattern {
  if (level > MAX_LEVELS) throw refused(`${shorten(what)} is nested more than ${MAX_LEVELS} levels deep`)
  if (isRegExp(value)) return checkedText(what, `/${value.source}/${value.flags}`, true)
  if (typeof value === 'string') return checkedText(what, value, false)
  if (Array.isArray(value)) return value.map((one, i) => readPattern(`${what}/${i}`, one, level + 1))
  if (isPlain(value)) {
    const members = Object.entries(value)
    return Object.fromEntries(
      members.map(([key, one]) => [key, readPattern(`${what}/${key}`, one, level + 1)]),
    )
  }
  const other = isObject(value) ? `of the class ${classOf(value)}` : OTHERS[typeof value]
  if (other === undefined) return value as Json
  throw refused(`${what} is ${other}, which is no pattern`, 'Write JSON, a regular expression or {min, max}.')
}

const OTHERS: Readonly<Record<string, string>> = {
  function: 'a function',
  symbol: 'a symbol',
  bigint: 'a bigint',
}

function checkedText(what: string, text: string, isExpression: boolean): string {
  const expression = readExpression(text)
  if (expression === null || 'test' in expression) return text
  const { isValid, reason, hint } = expression.issue
  // As in scenarios, a text that is no expression is compared as it is.
  if (!isValid && !isExpression) return text
  throw refused(`${what}: ${reason}`, hint)
}

/** An object literal, of this realm or of another one, such as a test runner's. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function classOf({ constructor: made }: Readonly<Record<string, unknown>>): string {
  return typeof made === 'function' ? made.name : 'unknown'
}

function refused(reason: string, hint?: string): Error {
  return issueError({ action: 'read what is expected to arrive', code: 'BAD_OPTION' }, [
    issue('', reason, hint),
  ])
}
