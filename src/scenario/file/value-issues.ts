import { isJsonObject, type Json, type JsonObject, toPointer } from '../../core/json.ts'
import { formatDuration } from '../../core/units.ts'
import { type Issue, issue } from '../../schema/issue.ts'

/** A day, in milliseconds. No run waits longer, and Node's timers end at 24 days. */
const LONGEST_WAIT = 86_400_000

/** Checks a time that a step waits, which JSON Schema cannot compare. */
export function waitIssues(ms: number, pointer: string, most = LONGEST_WAIT): readonly Issue[] {
  return ms <= most ? [] : [issue(pointer, `that is longer than ${formatDuration(most)}`)]
}

/** Checks that every `/pattern/` in a value is a valid regular expression; others would match nothing. */
export function patternIssues(value: Json | undefined, pointer: string): readonly Issue[] {
  if (typeof value === 'string') return expressionIssues(value, pointer)
  if (!Array.isArray(value) && !isJsonObject(value)) return []
  return Object.entries(value as JsonObject).flatMap(([key, one]) =>
    patternIssues(one, `${pointer}${toPointer([key])}`),
  )
}

function expressionIssues(text: string, pointer: string): readonly Issue[] {
  const [, source, flags] = /^\/(.+)\/([imsu]*)$/s.exec(text) ?? []
  if (source === undefined) return []
  try {
    new RegExp(source, flags)
    return []
  } catch (error) {
    const [, cause = 'it cannot be read'] = /: ([^:]+)$/.exec((error as Error).message) ?? []
    const reason = `${text} is no regular expression: ${cause.charAt(0).toLowerCase()}${cause.slice(1)}`
    return [issue(pointer, reason)]
  }
}
