import type { AttemptView } from '../api/views.ts'
import { headerOf, sameHeader } from '../core/headers.ts'
import { parsedJson } from '../core/json.ts'
import { type Body, type HeaderLines, type Outcome, toBody } from '../core/model.ts'
import { changedNumberIn } from '../core/number-text.ts'
import { outcomeWord, shortenCounted, visible } from '../core/text.ts'
import { isoTime } from '../core/units.ts'
import { describeAnswer } from '../receiver/answer.ts'
import type { ReceivedDelivery } from '../receiver/delivery.ts'
import type { Verdict } from '../signature/verify.ts'
import { faultsText, indent, outcomeTone, type Style, statusTone, timeOfDay } from './terminal.ts'

/** How many lines of a body are shown before the rest is only counted. */
const MAX_LINES = 40

const LONGEST_LINE = 400

/** A body as people read it: JSON pretty-printed, long ones shortened, bytes counted. The bytes themselves stay as sent. */
export function bodyLines(body: Body, mostLines = MAX_LINES): string[] {
  if (body.text === '') return ['(no body)']
  if (body.encoding === 'base64')
    return [`(${Buffer.from(body.text, 'base64').length} bytes that are not UTF-8)`]
  const lines = pretty(body.text).split('\n')
  const shown = lines.slice(0, mostLines).map((line) => shortenCounted(line, LONGEST_LINE))
  const left = lines.length - shown.length
  return left === 0 ? shown : [...shown, `… ${left} more ${left === 1 ? 'line' : 'lines'}`]
}

export function headerTexts(headers: HeaderLines, style: Style): string[] {
  return headers.map(([name, value]) => `${style('quiet', `${name}:`)} ${value}`)
}

function pretty(text: string): string {
  const json = parsedJson(text)
  // What is shown must be what was sent.
  return json === undefined || changedNumberIn(text) !== undefined ? text : JSON.stringify(json, null, 2)
}

/** Headers that curl makes itself, from the URL and the body. */
const OWN = new Set(['content-length', 'connection', 'transfer-encoding'])

/** Headers that curl adds unless they are given. */
const ADDED = ['Accept', 'User-Agent', 'Content-Type']

/** A shell command that sends the attempt's request again, byte for byte, to where it went. */
export function curlCommand({ request }: AttemptView): string {
  const target = request.sentTo ?? request.url
  const kept = request.headers.filter(
    ([name, value]) => !OWN.has(name.toLowerCase()) && !isHostOf(name, value, target),
  )
  const { pipe, data } = bodyParts(request)
  const parts = [
    `${pipe}curl -sS -i -X ${request.method} ${quoted(target)}`,
    // curl sends a header without a value only when a semicolon stands in the colon's place.
    ...kept.map(([name, value]) => `-H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`),
    ...ADDED.filter((name) => headerOf(request.headers, name) === undefined).map(
      (name) => `-H ${quoted(`${name}:`)}`,
    ),
    ...data,
  ]
  return parts.join(' \\\n  ')
}

function isHostOf(name: string, value: string, target: string): boolean {
  return sameHeader(name, 'Host') && value === new URL(target).host
}

/** Bytes that a shell cannot hold in an argument, or a terminal would not only show, are piped in. */
function bodyParts({ body, bodyEncoding }: AttemptView['request']): { pipe: string; data: string[] } {
  if (body === '') return { pipe: '', data: [] }
  if (bodyEncoding === 'utf8' && isPlain(body)) return { pipe: '', data: [`--data-raw ${quoted(body)}`] }
  const base64 = bodyEncoding === 'base64' ? body : Buffer.from(body).toString('base64')
  return { pipe: `printf %s ${base64} | base64 -d | `, data: ['--data-binary @-'] }
}

function isPlain(text: string): boolean {
  return text.split('\n').every((line) => visible(line) === line)
}

/** For sh: nothing inside single quotes is special, so only the quote itself has to leave them. */
function quoted(text: string): string {
  if (!isPlain(text)) return `"$(printf '${[...wireBytes(text)].map(octal).join('')}')"`
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Headers are sent as Latin-1. */
function wireBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  return bytes.toString('latin1') === text ? bytes : Buffer.from(text)
}

function octal(byte: number): string {
  return /[\w ./:-]/.test(String.fromCharCode(byte))
    ? String.fromCharCode(byte)
    : `\\${byte.toString(8).padStart(3, '0')}`
}

/** A request that `trigger --to` sent without a mock, and how it was answered. */
export interface SentRequest {
  readonly event: { readonly type: string; readonly id: string }
  readonly method: string
  readonly url: string
  readonly headers: HeaderLines
  readonly body: Body
  readonly outcome: Outcome
  readonly durationMs: number
  /** What became of its further copies, where it was sent several times. */
  readonly others: readonly { readonly outcome: Outcome; readonly durationMs: number }[]
  /** What went wrong with it on purpose, by name. */
  readonly faults: readonly string[]
}

export function sentLines(
  { event, method, url, headers, body, outcome, durationMs, others, faults }: SentRequest,
  style: Style,
): string[] {
  return [
    `-->  ${style('strong', event.type)} ${style('quiet', `[${event.id}]`)}`,
    ...indent(
      [
        `${method} ${url}`,
        ...headerTexts(headers, style),
        '',
        ...bodyLines(body, 20),
        ...(faults.length === 0 ? [] : ['', style('warn', faultsText(faults))]),
      ],
      '     ',
    ),
    ...answerLines({ outcome, durationMs }, others.length === 0 ? '' : ' copy 1', style),
    ...others.flatMap((other, i) => answerLines(other, ` copy ${i + 2}`, style)),
  ]
}

function answerLines(
  { outcome, durationMs }: Pick<SentRequest, 'outcome' | 'durationMs'>,
  which: string,
  style: Style,
): string[] {
  const code = style(outcomeTone(outcome), `[${outcomeWord(outcome)}]`)
  const answer = outcome.kind === 'responded' ? bodyLines(outcome.body, 20) : [outcome.error]
  return [
    `<--  ${code} ${style('quiet', `(${Math.round(durationMs)}ms)`)}${which}`,
    ...indent(answer, '     '),
  ]
}

export function sentJson(sent: SentRequest): string {
  const { event, method, url, headers, body, others, faults } = sent
  const answer = ({ outcome, durationMs }: Pick<SentRequest, 'outcome' | 'durationMs'>) => ({
    outcome: outcomeFacts(outcome),
    durationMs: Math.round(durationMs),
  })
  return JSON.stringify({
    event,
    request: { method, url, headers, body: body.text, bodyEncoding: body.encoding },
    ...answer(sent),
    copies: others.map(answer),
    faults,
  })
}

/** As the control API shows an outcome. */
function outcomeFacts(outcome: Outcome): object {
  if (outcome.kind !== 'responded') return outcome
  const { kind, status, headers, body, truncated } = outcome
  return { kind, status, headers, body: body.text, bodyEncoding: body.encoding, truncated }
}

/** What `listen` received, with what the provider's document and the secrets say of it. */
export interface CheckedDelivery {
  readonly delivery: ReceivedDelivery
  /** Null where no provider was named, or nothing was sent that could be an event. */
  readonly event: { readonly type: string | null; readonly id: string | null } | null
  /** Null where there was nothing to verify it with. */
  readonly signature: Verdict | null
}

/** `14:32:15  -->  POST /hooks  note.created [n-1]`, then `signature ok`, the headers and the body. */
export function receivedLines({ delivery, event, signature }: CheckedDelivery, style: Style): string[] {
  const { method, path, complete } = delivery
  const name =
    event === null
      ? ''
      : `  ${style('strong', event.type ?? 'an unknown event')}${event.id === null ? '' : ` ${style('quiet', `[${event.id}]`)}`}`
  const shown = delivery.headers.filter(([name]) => !TRANSPORT.includes(name.toLowerCase()))
  const time = style('quiet', timeOfDay(delivery.at))
  const head = `${time}  ${style('quiet', '-->')}  ${method} ${path}${name}${complete ? '' : style('bad', '  cut off')}`
  return [
    head,
    ...(signature === null ? [] : [`${RECEIVED_MARGIN}${verdictText(signature, style)}`]),
    ...indent([...headerTexts(shown, style), '', ...bodyLines(toBody(delivery.body), 20)], RECEIVED_MARGIN),
    ...givenAnswer(delivery, style),
  ]
}

const RECEIVED_MARGIN = '               '

/** Of the connection, not of the message. `--format json` has them as well. */
const TRANSPORT = ['host', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']

function verdictText(verdict: Verdict, style: Style): string {
  return verdict.ok
    ? style('good', 'signature ok')
    : style('bad', `signature invalid (${verdict.reason}): ${verdict.likeliest}`)
}

function givenAnswer({ answer, at }: ReceivedDelivery, style: Style): string[] {
  if (answer === null) return []
  const tone = answer.kind === 'respond' ? statusTone(answer.status) : 'bad'
  return [
    `${style('quiet', timeOfDay(at))}  ${style('quiet', '<--')}  ${style(tone, `[${describeAnswer(answer)}]`)}`,
  ]
}

/** One line of JSON for it. */
export function receivedJson({ delivery, event, signature }: CheckedDelivery): string {
  const body = toBody(delivery.body)
  return JSON.stringify({
    type: 'delivery',
    number: delivery.number,
    at: isoTime(delivery.at),
    method: delivery.method,
    path: delivery.path,
    headers: delivery.headers,
    body: body.text,
    bodyEncoding: body.encoding,
    complete: delivery.complete,
    event,
    signature,
    answer: delivery.answer === null ? null : describeAnswer(delivery.answer),
  })
}
