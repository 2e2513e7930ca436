import { headerOf } from '../core/headers.ts'
import { isJsonObject, type Json, parsedJson } from '../core/json.ts'
import type { HeaderLines } from '../core/model.ts'
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
  stringByName,
  count as wholeNumber,
} from '../schema/options.ts'
import { hold, type Verdict } from './assertions.ts'
/** What fits a request that arrived; what is not named fits everything. */
export interface ReceivedExpectation {
  /** How many have to fit. Default: at least one. */
  readonly count?: number
  /** Part of the JSON body: objects may have more properties than are named. */
  readonly body?: Json
  /** Header lines by name, in any case. */
  readonly headers?: Readonly<Record<string, string>>
  /** Path and query. */
  readonly path?: string
}

/** A receiver, or what it received. */
export type ReceivedSubject = { readonly received: readonly ReceivedDelivery[] }

const EXPECTATION: OptionKinds<ReceivedExpectation> = {
  count: wholeNumber,
  body: anything,
  headers: stringByName,
  path: string,
}

const arrivals = listOf(object, 'deliveries, as what startReceiver answers has it')

export function judgeReceived(
  subject: ReceivedSubject,
  expected: number | ReceivedExpectation = {},
): Verdict {
  const received: unknown = subject?.received
  checkArgument('what a receiver received', received, arrivals)
  const expectation = typeof expected === 'number' ? { count: expected } : expected
  checkOptions('what is expected to arrive', expectation, EXPECTATION)
  return judge(received as ReceivedSubject['received'], expectation)
}

function judge(received: ReceivedSubject['received'], { count, ...wanted }: ReceivedExpectation): Verdict {
  const fitting = received.filter((one) => fits(one, wanted)).length
  const pass = count === undefined ? fitting > 0 : fitting === count
  const amount = count === undefined ? 'at least one request' : requests(count)
  const like = Object.keys(wanted).length === 0 ? '' : ` with ${JSON.stringify(wanted)}`
  const head = pass
    ? `The receiver was not to receive ${amount}${like}, and did:`
    : `The receiver was to receive ${amount}${like}, and received ${requests(fitting)}${like === '' ? '' : ' like that'}:`
  return { pass, message: [head, ...lines(received)].join('\n') }
}

/**
 * A stand-in receiver has to have received so many requests, or some that fit.
 *
 * @throws AssertionError that lists what arrived
 * @example assertReceived(receiver, { body: { eventType: 'note.created' } })
 */
export function assertReceived(receiver: ReceivedSubject, expected: number | ReceivedExpectation = {}): void {
  hold(judgeReceived(receiver, expected))
}

function fits(one: ReceivedDelivery, { body, headers = {}, path }: ReceivedExpectation): boolean {
  if (path !== undefined && path !== one.path) return false
  if (!hasHeaders(one.headers, headers)) return false
  return body === undefined || contains(parsedJson(one.body.toString()), body)
}

function hasHeaders(lines: HeaderLines, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => headerOf(lines, name) === value)
}

function contains(whole: Json | undefined, part: Json): boolean {
  if (Array.isArray(part))
    return (
      Array.isArray(whole) &&
      whole.length === part.length &&
      part.every((one: Json, i) => contains(whole[i], one))
    )
  if (!isJsonObject(part)) return whole === part
  return (
    isJsonObject(whole) &&
    Object.entries(part).every(([name, value]) => Object.hasOwn(whole, name) && contains(whole[name], value))
  )
}

/** The newest last, no more than a screen holds. */
const MOST_LINES = 20

function lines(received: readonly ReceivedDelivery[]): readonly string[] {
  if (received.length === 0) return ['  nothing arrived']
  const shown = received.slice(-MOST_LINES).map(({ number, method, path, body, answer }) => {
    const answered =
      answer === null ? 'cut off' : answer.kind === 'respond' ? String(answer.status) : answer.kind
    return `  ${number}  ${method} ${path} [${answered}] ${shorten(body.toString(), 200)}`
  })
  const more = received.length - shown.length
  return more === 0 ? shown : [`  (${more} earlier ones)`, ...shown]
}

function requests(count: number): string {
  return `${count} ${count === 1 ? 'request' : 'requests'}`
}
