import { isRegExp } from 'node:util/types'
import { headerOf } from '../core/headers.ts'
import { isObject, type JsonObject, parsedJson } from '../core/json.ts'
import { describe, type Mismatch, mismatches, mismatchText, type Pattern } from '../core/match.ts'
import { shorten } from '../core/text.ts'
import type { ReceivedDelivery } from '../receiver/delivery.ts'
import {
  anything,
  checkArgument,
  checkOptions,
  listOf,
  type OptionKinds,
  object,
  string,
  count as wholeNumber,
} from '../schema/options.ts'
import { hold, type Verdict } from './assertions.ts'
import { type PatternLike, readPattern } from './patterns.ts'

/** What a request that arrived is compared with; what is left out matches everything. */
export interface ReceivedExpectation {
  /** How many have to match. Default: at least one. */
  readonly count?: number
  /** What the JSON body has at least, in the patterns of scenarios: `{ id: /^n-/, total: { min: 1 } }`. */
  readonly body?: PatternLike
  /** Header lines by name, in any case; a value may be a pattern: `/^n-/`, or the same as a string. */
  readonly headers?: Readonly<Record<string, string | RegExp>>
  /** Path and query, as they are. */
  readonly path?: string
}

/** A receiver, or what it received. */
export type ReceivedSubject = { readonly received: readonly ReceivedDelivery[] }

const EXPECTATION: OptionKinds<ReceivedExpectation> = {
  count: wholeNumber,
  body: anything,
  headers: {
    words: 'an object of strings or regular expressions',
    fits: (value) =>
      isObject(value) && Object.values(value).every((one) => typeof one === 'string' || isRegExp(one)),
  },
  path: string,
}

/** What is expected, with patterns as scenarios have them. */
interface Wanted extends Pick<ReceivedExpectation, 'count' | 'path'> {
  readonly body?: Pattern
  readonly headers?: Readonly<Record<string, Pattern>>
}

const arrivals = listOf(object, 'deliveries, as what startReceiver answers has it')

export function checkReceived(
  subject: ReceivedSubject,
  expected: number | ReceivedExpectation = {},
): Verdict {
  const received: unknown = subject?.received
  checkArgument('what a receiver received', received, arrivals)
  const expectation = typeof expected === 'number' ? { count: expected } : expected
  checkOptions('what is expected to arrive', expectation, EXPECTATION)
  return check(received as ReceivedSubject['received'], wantedOf(expectation))
}

function wantedOf({ body, headers, ...rest }: ReceivedExpectation): Wanted {
  return {
    ...(body !== undefined && { body: readPattern('body', body) }),
    ...(headers !== undefined && { headers: readPattern('headers', headers) as JsonObject }),
    ...rest,
  }
}

function check(received: ReceivedSubject['received'], { count, ...wanted }: Wanted): Verdict {
  const compared = received.map((one) => ({ one, wrong: mismatchesOf(one, wanted) }))
  const matching = compared.filter(({ wrong }) => wrong.length === 0).length
  const pass = count === undefined ? matching > 0 : matching === count
  const amount = count === undefined ? 'at least one request' : requests(count)
  const like = Object.keys(wanted).length === 0 ? '' : ` with ${JSON.stringify(wanted)}`
  const head = pass
    ? `The receiver was not to receive ${amount}${like}, and did:`
    : `The receiver was to receive ${amount}${like}, and received ${requests(matching)}${like === '' ? '' : ' like that'}:`
  return { pass, message: [head, ...lines(compared)].join('\n') }
}

/**
 * A stand-in receiver has to have received so many requests, or some that match.
 *
 * @throws AssertionError that lists what arrived
 * @example assertReceived(receiver, { body: { eventType: 'note.created' } })
 */
export function assertReceived(receiver: ReceivedSubject, expected: number | ReceivedExpectation = {}): void {
  hold(checkReceived(receiver, expected))
}

/** Why a request does not match; empty: it does. */
function mismatchesOf(one: ReceivedDelivery, { body, headers = {}, path }: Wanted): readonly Mismatch[] {
  return [
    // Paths look like /patterns/, and are none.
    ...(path === undefined || path === one.path ? [] : [{ what: 'path', expected: path, actual: one.path }]),
    ...Object.entries(headers).flatMap(([name, value]) =>
      mismatches(`header ${name}`, value, headerOf(one.headers, name)),
    ),
    ...(body === undefined ? [] : bodyMismatches(body, one.body.toString())),
  ]
}

function bodyMismatches(expected: Pattern, text: string): readonly Mismatch[] {
  const actual = parsedJson(text)
  if (actual !== undefined) return mismatches('body', expected, actual)
  return [{ what: 'body', expected: describe(expected), actual: 'no JSON' }]
}

/** The newest last, no more than a screen holds. */
const MAX_LINES = 20

/** Each request, and below it why it does not match. */
function lines(
  compared: readonly { readonly one: ReceivedDelivery; readonly wrong: readonly Mismatch[] }[],
): readonly string[] {
  if (compared.length === 0) return ['  nothing arrived']
  const shown = compared.slice(-MAX_LINES)
  const more = compared.length - shown.length
  return [
    ...(more === 0 ? [] : [`  (${more} earlier ones)`]),
    ...shown.flatMap(({ one: { number, method, path, body, answer }, wrong }) => {
      const answered =
        answer === null ? 'cut off' : answer.kind === 'respond' ? String(answer.status) : answer.kind
      return [
        `  ${number}  ${method} ${path} [${answered}] ${shorten(body.toString(), 200)}`,
        ...wrong.map((mismatch) => `     ${mismatchText(mismatch)}`),
      ]
    }),
  ]
}

function requests(count: number): string {
  return `${count} ${count === 1 ? 'request' : 'requests'}`
}
