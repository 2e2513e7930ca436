import { MockError } from '../../core/errors.ts'
import { headerOf } from '../../core/headers.ts'
import { atPointer, type Json, type JsonObject } from '../../core/json.ts'
import type { Mismatch } from '../../core/match.ts'
import { ANSWER_EXPECTATION, type AnswerExpectation, answerMismatches } from '../expectations/answer.ts'
import type { Answer } from '../expectations/facts.ts'
import type { GivenName } from '../file/names.ts'
import { described, NAME } from '../file/schema-parts.ts'
import { answerText } from '../run/ask.ts'
import { DONE, resolveReferences, type ScenarioContext, type StepOutcome } from '../run/context.ts'
import { rememberAnswer } from '../run/variables.ts'
import { namedAs } from './step.ts'

/** What may stand beside a step that gets an answer. */
export interface Answering {
  readonly expect: AnswerExpectation | null
  /** Variable name → JSON pointer in the answer's body, `status`, or `header/<name>`. */
  readonly capture: Readonly<Record<string, string>>
}

export const ANSWERING: JsonObject = {
  expect: ANSWER_EXPECTATION,
  capture: described(
    'Variables out of the answer: a JSON pointer into its body, `status`, or `header/<name>`.',
    {
      type: 'object',
      propertyNames: NAME,
      additionalProperties: {
        title: 'status, header/<name>, or a JSON pointer such as /data/id',
        type: 'string',
        pattern: '^(status|header/.+|(/.*)?)$',
      },
    },
  ),
}

export function readAnswering({ expect, capture }: JsonObject): Answering {
  return {
    expect: (expect as AnswerExpectation | undefined) ?? null,
    capture: (capture as Answering['capture'] | undefined) ?? {},
  }
}

/** The answer under the step's name, and the values captured from it. */
export function answerNames({ capture }: Answering, as: string | null): readonly GivenName[] {
  return [
    ...namedAs(as, 'answer'),
    ...Object.keys(capture).map((name) => ({
      name,
      meaning: 'value' as const,
      pointer: `/capture/${name}`,
    })),
  ]
}

/** Keeps an answer under the step's name, compares it with what the step expects, and captures from it. */
export function answered(
  context: ScenarioContext,
  { expect, capture }: Answering,
  as: string | null,
  answer: Answer,
): StepOutcome {
  const { variables } = context
  if (as !== null) rememberAnswer(variables, as, answer)
  const found = answerMismatchesOf(expect === null ? null : resolveReferences(context, expect), as, answer)
  if (found.length > 0) return { mismatches: found }
  for (const [name, place] of Object.entries(capture)) {
    const value = captured(answer, place)
    if (value === undefined) {
      const what = `${place} of the answer`
      return { mismatches: [{ what, expected: `something for $${name}`, actual: 'nothing' }] }
    }
    variables.values.set(name, value)
  }
  return DONE
}

function answerMismatchesOf(
  expected: AnswerExpectation | null,
  as: string | null,
  answer: Answer,
): readonly Mismatch[] {
  if (expected !== null) return answerMismatches(expected, answer)
  if (answer.error !== null) return [{ what: 'answer', expected: 'one', actual: answer.error }]
  const { status } = answer
  // Without a name no later step can look at it: an unseen refusal would pass for a success.
  if (as !== null || status === null || status < 400) return []
  const wanted = `below 400, or expect: { status: ${status} } at this step`
  return [{ what: 'status', expected: wanted, actual: answerText(answer) }]
}

/** `status`, `header/<name>`, or a JSON pointer into the body. */
function captured({ status, headers, body }: Answer, place: string): Json | undefined {
  if (place === 'status') return status ?? undefined
  const [, header] = /^header\/(.+)$/i.exec(place) ?? []
  if (header !== undefined) return headerOf(headers, header)
  if (place === '' || place.startsWith('/')) return atPointer(body, place)
  throw new MockError(
    'input',
    'BAD_CAPTURE',
    `Failed to capture "${place}": it names no place of an answer.`,
    { hint: 'Write status, header/<name>, or a JSON pointer such as /data/id.' },
  )
}
