import { isJsonObject, type Json, type JsonObject, toPointer } from '../../core/json.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'

const EXPECTING: ReadonlySet<string> = new Set(['expect', 'wait'])

/** `/patterns/` that are no regular expressions: they would be met by nothing. */
export function patternProblems(step: Json, pointer: string): readonly ScenarioProblem[] {
  if (!isJsonObject(step)) return []
  const observed = isJsonObject(step.observe) ? step.observe.expect : undefined
  return [
    ...Object.entries(step).flatMap(([key, value]) =>
      EXPECTING.has(key) ? within(value, `${pointer}/${key}`) : [],
    ),
    ...(observed === undefined ? [] : within(observed, `${pointer}/observe/expect`)),
  ]
}

function within(value: Json, pointer: string): readonly ScenarioProblem[] {
  if (typeof value === 'string') return expressionProblems(value, pointer)
  if (!Array.isArray(value) && !isJsonObject(value)) return []
  return Object.entries(value as JsonObject).flatMap(([key, one]) =>
    within(one, `${pointer}${toPointer([key])}`),
  )
}

function expressionProblems(text: string, pointer: string): readonly ScenarioProblem[] {
  const [, source, flags] = /^\/(.+)\/([imsu]*)$/s.exec(text) ?? []
  if (source === undefined) return []
  try {
    new RegExp(source, flags)
    return []
  } catch (error) {
    const [, why = 'it cannot be read'] = /: ([^:]+)$/.exec((error as Error).message) ?? []
    const reason = `${text} is no regular expression: ${why.charAt(0).toLowerCase()}${why.slice(1)}`
    return [scenarioProblem(pointer, reason)]
  }
}
