import { headerOf } from '../../core/headers.ts'
import type { JsonObject } from '../../core/json.ts'
import { describe, type Mismatch, mismatches, type Pattern } from '../../core/match.ts'
import { described, NAME, object, PATTERN, STATUS_PATTERN } from '../file/schema-parts.ts'
import type { ExpectationDefinition } from './expectation.ts'
import type { Answer } from './facts.ts'

/** What an answer is to be, beside the step that gets it or in a later one. */
export interface AnswerExpectation {
  /** Why there was no answer; nothing else is then looked at. */
  readonly error?: Pattern
  readonly status?: Pattern
  readonly headers?: Readonly<Record<string, Pattern>>
  readonly body?: Pattern
}

const MEMBERS: JsonObject = {
  status: described('A status, a class such as 2xx, or {min, max}.', STATUS_PATTERN),
  headers: described('Header lines that it has; each may be a /pattern/.', {
    type: 'object',
    additionalProperties: PATTERN,
  }),
  body: described('What the body is, or has at least.', PATTERN),
  error: described('Why there is no answer: the reason, or a /pattern/.', PATTERN),
}

export const ANSWER_EXPECTATION = object('What the answer is to be.', MEMBERS)

export function answerMismatches(
  { status, headers, body, error }: AnswerExpectation,
  answer: Answer | undefined,
): readonly Mismatch[] {
  if (answer === undefined) return [{ what: 'answer', expected: 'one', actual: 'none yet' }]
  if (error !== undefined) {
    const actual = answer.error ?? undefined
    const found = mismatches('error', error, actual)
    return actual === undefined
      ? found.map((one) => ({ ...one, actual: `none, but ${answer.status}` }))
      : found
  }
  if (answer.error !== null)
    return [
      { what: 'answer', expected: status === undefined ? 'one' : describe(status), actual: answer.error },
    ]
  return [
    ...(status === undefined ? [] : mismatches('status', status, answer.status ?? undefined)),
    ...Object.entries(headers ?? {}).flatMap(([name, one]) =>
      mismatches(`header ${name}`, one, headerOf(answer.headers, name)),
    ),
    ...(body === undefined ? [] : mismatches('body', body, answer.body)),
  ]
}

export interface NamedAnswer extends AnswerExpectation {
  readonly of: string
}

export const answer: ExpectationDefinition<NamedAnswer> = {
  about: 'the answer of an earlier step',
  schema: object(
    'What the answer is to be.',
    { of: described('Name of the step, by its `as`.', NAME), ...MEMBERS },
    ['of'],
  ),
  sources: [],
  read: (members) => members as unknown as NamedAnswer,
  check: ({ of }, { names, at }) => names.check(of, 'answer', `${at}/of`),
  mismatches: (expectation, facts) => answerMismatches(expectation, facts.answer(expectation.of)),
}
