import { MockError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { type AnswerWord, readAnswer } from '../../receiver/receiver-answer.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'

/** What the stand-in answers, as a list: `503, timeout` and `[503, timeout]` alike. */
export function answerWords(receiver: Json | undefined): readonly Json[] {
  const respond = isJsonObject(receiver) ? receiver.respond : undefined
  if (typeof respond === 'string') return respond.split(/[\s,]+/).filter((word) => word !== '')
  if (typeof respond === 'number') return [respond]
  return (respond as readonly Json[] | undefined) ?? []
}

/** Answers that the stand-in receiver does not know. */
export function respondProblems({ receiver }: JsonObject): readonly ScenarioProblem[] {
  const isList = isJsonObject(receiver) && Array.isArray(receiver.respond)
  return answerWords(receiver).flatMap((word, i) => {
    const at = `/receiver/respond${isList ? `/${i}` : ''}`
    try {
      readAnswer(word as AnswerWord)
      return []
    } catch (error) {
      if (!(error instanceof MockError)) throw error
      const [, reason = error.summary, near = ''] =
        /^Failed to read (.+?)\.(?: (.+))?$/.exec(error.summary) ?? []
      return [scenarioProblem(at, reason, near.endsWith('?') ? near : error.hint)]
    }
  })
}
