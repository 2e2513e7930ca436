import { readExpression } from '../../core/expression.ts'
import { isJsonObject, type Json, type JsonObject, toPointer } from '../../core/json.ts'
import { formatDuration } from '../../core/units.ts'
import { type Issue, issue } from '../../schema/issue.ts'

/** A day, in milliseconds. No run waits longer, and Node's timers end at 24 days. */
const LONGEST_WAIT = 86_400_000

/** Checks a time that a step waits, which JSON Schema cannot compare. */
export function waitIssues(ms: number, pointer: string, most = LONGEST_WAIT): readonly Issue[] {
  return ms <= most ? [] : [issue(pointer, `that is longer than ${formatDuration(most)}`)]
}

/** Checks that every `/pattern/` in a value is a regular expression that can be matched. */
export function patternIssues(value: Json | undefined, pointer: string): readonly Issue[] {
  if (typeof value === 'string') return expressionIssues(value, pointer)
  if (!Array.isArray(value) && !isJsonObject(value)) return []
  return Object.entries(value as JsonObject).flatMap(([key, one]) =>
    patternIssues(one, `${pointer}${toPointer([key])}`),
  )
}

function expressionIssues(text: string, pointer: string): readonly Issue[] {
  const expression = readExpression(text)
  if (expression === null || 'test' in expression) return []
  const { reason, hint } = expression.issue
  return [issue(pointer, reason, hint)]
}
