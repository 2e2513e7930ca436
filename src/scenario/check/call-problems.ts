import { suggestion } from '../../core/nearest.ts'
import type { Operation } from '../../spec/provider.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'
import type { Step } from '../scenario.ts'

/** Path parameters that the operation has not, and those that it has and the call leaves out. */
export function callProblems(
  { path }: Pick<Extract<Step, { kind: 'call' }>, 'path'>,
  operation: Operation,
  at: string,
): readonly ScenarioProblem[] {
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const unknown = Object.keys(path).filter((name) => !names.includes(name))
  const missing = names.filter((name) => path[name] === undefined)
  const without = 'Its path has none; what follows the question mark stands under "query".'
  return [
    ...unknown.map((name) =>
      scenarioProblem(
        `${at}/path/${name}`,
        `${operation.id} has no path parameter "${name}"`,
        names.length === 0 ? without : suggestion(name, names),
      ),
    ),
    ...(unknown.length > 0 ? [] : missing).map((name) =>
      scenarioProblem(at, `${operation.id} lacks its path parameter "${name}"`, `Add path: { ${name}: … }.`),
    ),
  ]
}
