import type { AnswerExpectation } from '../scenario.ts'
import type { Mismatch } from '../scenario-result.ts'
import type { Answer } from './facts.ts'
import { describe, mismatches } from './pattern.ts'

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
  const lower = Object.fromEntries(
    Object.entries(answer.headers).map(([name, one]) => [name.toLowerCase(), one]),
  )
  return [
    ...(status === undefined ? [] : mismatches('status', status, answer.status ?? undefined)),
    ...Object.entries(headers ?? {}).flatMap(([name, one]) =>
      mismatches(`header ${name}`, one, lower[name.toLowerCase()]),
    ),
    ...(body === undefined ? [] : mismatches('body', body, answer.body)),
  ]
}
