import { describeError, type Location, MockError } from '../core/errors.ts'

/** One thing that is wrong with a document, at a place of it. */
export interface SpecProblem {
  readonly code: string
  /** Ends the sentence `Failed to load the provider document: …`; without a full stop. */
  readonly reason: string
  readonly hint?: string
  readonly pointer: string
}

/** A text that problems are found in: a provider document or an accounts file. */
export interface Located {
  /** `the provider document`, `the accounts`. */
  readonly what: string
  readonly locate: (pointer: string) => Location
}

/** In the order of the file, each problem once. */
export function toErrors(source: Located, problems: readonly SpecProblem[]): readonly MockError[] {
  const errors = problems.map(
    ({ code, reason, hint, pointer }) =>
      new MockError('input', code, `Failed to load ${source.what}: ${reason}.`, {
        location: source.locate(pointer),
        ...(hint === undefined ? {} : { hint }),
      }),
  )
  const seen = new Set<string>()
  const once = errors.filter((error) => {
    const text = describeError(error)
    return seen.has(text) ? false : seen.add(text)
  })
  return once.sort((a, b) => position(a) - position(b))
}

/** The first error, with the others listed in its hint. Nothing is thrown for an empty list. */
export function throwAll(errors: readonly MockError[]): void {
  const [first, ...rest] = errors
  if (first === undefined) return
  if (rest.length === 0) throw first
  const more = `${rest.length} more ${rest.length === 1 ? 'problem' : 'problems'}:`
  const lines = [more, ...rest.map((error) => `  ${describeError(error)}`)]
  throw new MockError('input', first.code, first.summary, {
    hint: [...(first.hint === undefined ? [] : [first.hint]), ...lines].join('\n'),
    ...(first.location === undefined ? {} : { location: first.location }),
    cause: new AggregateError(errors, `${errors.length} problems`),
  })
}

function position(error: MockError): number {
  return (error.location?.line ?? 0) * 10_000 + (error.location?.column ?? 0)
}
