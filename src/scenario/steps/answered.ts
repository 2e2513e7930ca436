import { MockError } from '../../core/errors.ts'
import { atPointer, type Json } from '../../core/json.ts'
import { answerMismatches } from '../expectations/answer.ts'
import type { Answer } from '../expectations/facts.ts'
import { describe } from '../expectations/pattern.ts'
import { rememberAnswer } from '../play/memory.ts'
import { filled, type Play, type StepOutcome } from '../play/play.ts'
import type { Answering } from '../scenario.ts'

/** Keeps an answer under the step's name, captures from it, and holds it to what the step expects. */
export function answered(
  play: Play,
  { as, expect, capture }: Answering & { readonly as: string | null },
  answer: Answer,
): StepOutcome {
  if (as !== null) rememberAnswer(play.memory, as, answer)
  const wanted = expect === null ? null : filled(play, expect)
  const found =
    wanted !== null
      ? answerMismatches(wanted, answer)
      : answer.error !== null
        ? [{ what: 'answer', expected: 'one', actual: answer.error }]
        : as === null
          ? refusal(answer)
          : []
  if (found.length > 0) return { mismatches: found }
  for (const [name, place] of Object.entries(capture)) {
    const value = captured(answer, place)
    if (value === undefined)
      return {
        mismatches: [
          { what: `${place} of the answer`, expected: `something for $${name}`, actual: 'nothing' },
        ],
      }
    play.memory.values.set(name, value)
  }
  return { mismatches: [] }
}

/** An answer without a name can be looked at nowhere else: a refusal that nobody sees would pass for a success. */
function refusal(answer: Answer): StepOutcome['mismatches'] {
  const { status } = answer
  if (status === null || status < 400) return []
  const expected = `below 400, or expect: { status: ${status} } at this step`
  return [{ what: 'status', expected, actual: answerText(answer) }]
}

/** An answer in one line, for whom it surprises. */
export function answerText({ status, body, error }: Answer): string {
  if (error !== null) return error
  return body === null || body === '' ? `${status}` : `${status} ${describe(body)}`
}

/** `status`, `header/<name>`, or a JSON pointer into the body. */
function captured({ status, headers, body }: Answer, place: string): Json | undefined {
  if (place === 'status') return status ?? undefined
  const [, header] = /^header\/(.+)$/i.exec(place) ?? []
  if (header !== undefined)
    return Object.entries(headers).find(([name]) => name.toLowerCase() === header.toLowerCase())?.[1]
  if (place === '' || place.startsWith('/')) return atPointer(body, place)
  throw new MockError(
    'input',
    'BAD_CAPTURE',
    `Failed to capture "${place}": it names no place of an answer.`,
    { hint: 'Write status, header/<name>, or a JSON pointer such as /data/id.' },
  )
}
