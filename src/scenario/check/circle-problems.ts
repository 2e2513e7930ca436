import { type Json, toPointer } from '../../core/json.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'

/** An alias within its own anchor, which YAML allows and nothing here could ever write out. */
export function circleProblems(file: Json): readonly ScenarioProblem[] {
  const above = new Set<Json>()
  const done = new Set<Json>()
  const find = (value: Json, steps: readonly string[]): readonly ScenarioProblem[] => {
    if (typeof value !== 'object' || value === null || done.has(value)) return []
    if (above.has(value)) return [scenarioProblem(toPointer(steps), 'a value contains itself')]
    above.add(value)
    const found = Object.entries(value).flatMap(([key, one]) => find(one as Json, [...steps, key]))
    above.delete(value)
    done.add(value)
    return found
  }
  return find(file, [])
}
