import { MockError } from '../core/errors.ts'
import { asText, type Json } from '../core/json.ts'
import { suggestion } from '../core/text.ts'
import { readDuration } from '../core/units.ts'
import { readAction } from '../fault/read-fault.ts'
import { RECEIVER_FAULTS, type ReceiverAnswer, receiverEffect, respond } from '../fault/receiver-catalogue.ts'
import {
  string as anyText,
  checkArgument,
  checkOptions,
  headerLines,
  milliseconds,
  type OptionKind,
  type OptionKinds,
  oneOf,
} from '../schema/options.ts'

/** As people write it: a status, a word such as `timeout` or `slow:2s`, or the answer itself. */
export type AnswerWord = number | string | ReceiverAnswer

const { status: STATUS, ...NAMED } = RECEIVER_FAULTS

const WORDS = ['ok', ...Object.keys(NAMED)]

const ANSWER_HINT = `Write a status such as 503 or 429:5s, or one of ${Object.keys(NAMED).join(', ')} (slow:2s, redirect:URL).`

/** Every kind of answer: one without a line does not compile. */
const KINDS: Readonly<Record<ReceiverAnswer['kind'], true>> = {
  respond: true,
  timeout: true,
  reset: true,
  empty: true,
  garbage: true,
}

/**
 * A status with an optional Retry-After (`503`, `429:5s`), `ok`, or a fault of the receiver's plane with its main
 * parameter (`timeout`, `redirect:URL`, `slow:2s`).
 *
 * @throws MockError BAD_ANSWER with the nearest known word.
 */
export function readAnswer(word: AnswerWord): ReceiverAnswer {
  if (typeof word === 'object') return givenAnswer(word)
  const text = asText(word).trim()
  const [, written = text, argument] = /^([^:]+):(.*)$/s.exec(text) ?? []
  const name = written.toLowerCase()
  const reading = /^\d+$/.test(name) ? statusAnswer(Number(name), argument) : namedAnswer(name, argument)
  if (typeof reading !== 'string') return reading
  throw new MockError('input', 'BAD_ANSWER', `Failed to read the answer "${text}": ${reading}`, {
    hint: ANSWER_HINT,
  })
}

/** An answer, or what is wrong. */
type Reading = ReceiverAnswer | string

function statusAnswer(status: number, retryAfter: string | undefined): Reading {
  if (retryAfter === undefined) return faultAnswer({ status })
  const ms = readDuration(retryAfter)
  if (ms === undefined) return `"${retryAfter}" is not a duration.`
  return faultAnswer({ status, headers: { 'Retry-After': Math.ceil(ms / 1_000) } })
}

function namedAnswer(name: string, argument: string | undefined): Reading {
  if (!WORDS.includes(name)) return `"${name}" is not a known answer. ${suggestion(name, WORDS)}`
  if (name !== 'ok') return faultAnswer(argument === undefined ? name : { [name]: argument })
  return argument === undefined ? respond(200) : 'ok has no parameters.'
}

/** @param does as `do` of a fault */
function faultAnswer(does: Json): Reading {
  const read = readAction('receiver', does)
  if ('issues' in read) return `${read.issues.map(({ reason }) => reason).join(', ')}.`
  if (read.action.name === 'pass') return respond(200)
  const { answer, afterMs } = receiverEffect(read.action)
  return answer ?? respond(200, { afterMs })
}

const STATUS_KIND: OptionKind = {
  words: 'a status from 200 to 599',
  fits: (value) => typeof value === 'number' && STATUS.parameters.status.read(value) !== undefined,
}

const RESPONSE: OptionKinds<Extract<ReceiverAnswer, { kind: 'respond' }>> = {
  kind: oneOf('respond'),
  status: STATUS_KIND,
  headers: headerLines,
  body: anyText,
  afterMs: milliseconds,
}

const WHAT = 'an answer of the receiver'

/** @throws MockError BAD_OPTION */
function givenAnswer(answer: ReceiverAnswer): ReceiverAnswer {
  if (answer?.kind !== 'respond') {
    checkOptions(WHAT, answer, { kind: oneOf(...Object.keys(KINDS)) })
    return answer
  }
  checkOptions(WHAT, answer, RESPONSE)
  checkArgument('the status of an answer', answer.status, STATUS_KIND)
  return respond(answer.status, answer)
}

/** `503,timeout,200`, or the same in a list. */
export function readAnswers(words: string | readonly AnswerWord[]): readonly ReceiverAnswer[] {
  const list = typeof words === 'string' ? words.split(/[\s,]+/).filter((word) => word !== '') : words
  return list.map(readAnswer)
}

/** `503`, `timeout`, `200 after 2s`. */
export function describeAnswer(answer: ReceiverAnswer): string {
  if (answer.kind !== 'respond') return answer.kind
  return answer.afterMs === 0 ? String(answer.status) : `${answer.status} after ${answer.afterMs}ms`
}
