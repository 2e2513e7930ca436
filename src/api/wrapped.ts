import type { Call } from './call.ts'
import type { RequestProblem } from './problem.ts'

/** A problem with a field, placed where the request has that field: below the property that wraps the fields. */
export function wrapped({ mock }: Pick<Call, 'mock'>, problem: RequestProblem): RequestProblem {
  return mock.input === undefined ? problem : { ...problem, place: `/${mock.input}${problem.place}` }
}
