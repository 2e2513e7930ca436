import { MockError } from '../core/errors.ts'
import { isHeader } from '../core/headers.ts'
import { suggestion } from '../core/text.ts'
import { readDuration } from '../core/units.ts'
import {
  string as anyText,
  checkArgument,
  checkOptions,
  count,
  headerLines,
  milliseconds,
  type OptionKind,
  type OptionKinds,
  oneOf,
} from '../schema/options.ts'
/** What the stand-in receiver does with one delivery. */
export type ReceiverAnswer =
  | {
      readonly kind: 'respond'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
      /** Milliseconds until it answers. */
      readonly afterMs: number
    }
  /** Takes the request and never answers. */
  | { readonly kind: 'timeout' }
  /** Cuts the connection with a TCP reset. */
  | { readonly kind: 'reset' }
  /** Closes the connection without a byte of an answer. */
  | { readonly kind: 'empty' }
  /** Answers with bytes that are not HTTP. */
  | { readonly kind: 'garbage' }

/** As people write it: a status, a word such as `timeout` or `slow:2s`, or the answer itself. */
export type AnswerWord = number | string | ReceiverAnswer

type Argument = string | undefined

type Reading = ReceiverAnswer | string

/** Nobody waits for longer. */
const LONGEST_MS = 86_400_000

/** Each word, with what may follow its colon. A reading that is a string says what is wrong. */
const WORDS: Readonly<Record<string, (argument: Argument) => Reading>> = {
  ok: plain(() => respond(200)),
  timeout: plain(() => ({ kind: 'timeout' })),
  reset: plain(() => ({ kind: 'reset' })),
  empty: plain(() => ({ kind: 'empty' })),
  garbage: plain(() => ({ kind: 'garbage' })),
  redirect: (to = '/redirected') =>
    isHeader('Location', to)
      ? respond(302, { headers: { Location: to } })
      : `HTTP cannot carry "${to}" in a header.`,
  slow: (text = '500ms') =>
    timed(text, (ms) =>
      ms > LONGEST_MS ? `"${text}" is longer than a day.` : respond(200, { afterMs: ms }),
    ),
}

/** Words that {@link readAnswer} knows, as they are listed in help and in messages. */
const ANSWER_WORDS = Object.keys(WORDS)

export function respond(
  status: number,
  {
    headers = {},
    body = '',
    afterMs = 0,
  }: Partial<Omit<Extract<ReceiverAnswer, { kind: 'respond' }>, 'kind'>> = {},
): ReceiverAnswer {
  return { kind: 'respond', status, headers, body, afterMs }
}

/**
 * `503`, `429:5s` (with Retry-After), `timeout`, `reset`, `empty`, `garbage`, `redirect:URL`, `slow:2s`.
 * @throws MockError BAD_ANSWER with the nearest known word.
 */
export function readAnswer(word: AnswerWord): ReceiverAnswer {
  if (typeof word === 'object') return givenAnswer(word)
  const text = String(word).trim()
  const [, name = text, argument] = /^([^:]+):(.*)$/s.exec(text) ?? []
  const reading = /^\d+$/.test(name) ? statusAnswer(Number(name), argument) : namedAnswer(name, argument)
  if (typeof reading !== 'string') return reading
  throw new MockError('input', 'BAD_ANSWER', `Failed to read the answer "${text}": ${reading}`, {
    hint: 'Write a status such as 503 or 429:5s, or one of timeout, reset, empty, garbage, redirect, slow:2s.',
  })
}

const STATUS: OptionKind = {
  words: 'a status from 200 to 599',
  fits: (value) => count.fits(value) && isStatus(value as number),
}

const RESPONSE: OptionKinds<Extract<ReceiverAnswer, { kind: 'respond' }>> = {
  kind: oneOf('respond'),
  status: STATUS,
  headers: headerLines,
  body: anyText,
  afterMs: milliseconds,
}

const WHAT = 'an answer of the receiver'

/** @throws MockError BAD_OPTION */
function givenAnswer(answer: ReceiverAnswer): ReceiverAnswer {
  if (answer?.kind !== 'respond') {
    checkOptions(WHAT, answer, { kind: oneOf('respond', 'timeout', 'reset', 'empty', 'garbage') })
    return answer
  }
  checkOptions(WHAT, answer, RESPONSE)
  checkArgument('the status of an answer', answer.status, STATUS)
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

function statusAnswer(status: number, retryAfter: Argument): Reading {
  // RFC 9110, 15.2: a 1xx is no final answer, so a receiver cannot end an exchange with it.
  if (!isStatus(status)) return `${status} is no status from 200 to 599.`
  const pause = retryAfter ?? (status === 429 ? '1s' : undefined)
  if (pause === undefined) return respond(status)
  return timed(pause, (ms) => respond(status, { headers: { 'Retry-After': String(Math.ceil(ms / 1_000)) } }))
}

function isStatus(status: number): boolean {
  return status >= 200 && status <= 599
}

function namedAnswer(name: string, argument: Argument): Reading {
  const read = Object.hasOwn(WORDS, name.toLowerCase()) ? WORDS[name.toLowerCase()] : undefined
  return read === undefined ? `it is not known. ${suggestion(name, ANSWER_WORDS)}` : read(argument)
}

function plain(answer: () => ReceiverAnswer): (argument: Argument) => Reading {
  return (argument) =>
    argument === undefined ? answer() : `nothing may follow the colon, and "${argument}" does.`
}

function timed(text: string, answer: (ms: number) => Reading): Reading {
  const ms = readDuration(text)
  return ms === undefined ? `"${text}" is not a duration.` : answer(ms)
}
