import { isJsonObject, type Json, type JsonObject, toPointer } from '../../core/json.ts'
import { formatDuration } from '../../core/units.ts'
import { type Issue, issue } from '../../schema/issue.ts'

const DAY = 86_400_000

/** No run waits longer, and a timer of Node cannot be set to more than 24 days. */
const LONGEST_WAIT = DAY

/** Of time that is waited for. */
export function waitIssues(ms: number, pointer: string, most = LONGEST_WAIT): readonly Issue[] {
  return ms <= most ? [] : [issue(pointer, `that is longer than ${formatDuration(most)}`)]
}

/** `/patterns/` that are no regular expressions: they would match nothing. */
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
    const [, why = 'it cannot be read'] = /: ([^:]+)$/.exec((error as Error).message) ?? []
    const reason = `${text} is no regular expression: ${why.charAt(0).toLowerCase()}${why.slice(1)}`
    return [issue(pointer, reason)]
  }
}
