import type { Json } from '../core/json.ts'
import type { Problem } from '../spec/vocabulary.ts'

/** One thing that is wrong with a request, with what a provider may want to say about it. */
export interface RequestProblem {
  readonly problem: Problem
  /** `/url` in the body, or `query/page`, `path/id`, `header/X-Key`; empty: the request as a whole. */
  readonly place: string
  /** The JSON Schema keyword that failed, for `schema` and `parameter`. */
  readonly keyword?: string | undefined
  readonly reason?: string | undefined
  readonly value?: Json | undefined
  readonly allowed?: readonly Json[] | undefined
  readonly limit?: number | undefined
  readonly scopes?: readonly string[] | undefined
  readonly id?: string | undefined
  readonly contentType?: string | undefined
}

export function problem(
  name: Problem,
  details: Omit<Partial<RequestProblem>, 'problem'> = {},
): RequestProblem {
  return { place: '', ...details, problem: name }
}
