import { type Body, type HeaderLines, toBody } from '../core/model.ts'
import { isoTime } from '../core/units.ts'
import { describeAnswer } from '../receiver/answer.ts'
import type { ReceivedDelivery } from '../receiver/delivery.ts'
import type { Verdict } from '../signature/verify.ts'
import { bodyLines } from './body.ts'
import { indent, type Style, statusTone, timeOfDay } from './terminal.ts'
/** A delivery with what the provider's document and the secret tell about it. */
export interface CheckedDelivery {
  readonly delivery: ReceivedDelivery
  /** Null where no provider was named, or its document does not tell. */
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
  const time = style('quiet', timeOfDay(delivery.at))
  const head = `${time}  ${style('quiet', '-->')}  ${method} ${path}${name}${complete ? '' : style('bad', '  cut off')}`
  return [
    head,
    ...(signature === null ? [] : [`${MARGIN}${verdictText(signature, style)}`]),
    ...indent([...headerLines(delivery, style), '', ...bodyLines(toBody(delivery.body), 20)], MARGIN),
    ...answerLines(delivery, style),
  ]
}

const MARGIN = '               '

/** Of the connection, not of the message. `--format json` has them as well. */
const TRANSPORT = ['host', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']

function headerLines({ headers }: ReceivedDelivery, style: Style): string[] {
  return headers
    .filter(([name]) => !TRANSPORT.includes(name.toLowerCase()))
    .map(([name, value]) => `${style('quiet', `${name}:`)} ${value}`)
}

function verdictText(verdict: Verdict, style: Style): string {
  return verdict.ok
    ? style('good', 'signature ok')
    : style('bad', `signature refused (${verdict.reason}): ${verdict.likeliest}`)
}

function answerLines({ answer, at }: ReceivedDelivery, style: Style): string[] {
  if (answer === null) return []
  const tone = answer.kind === 'respond' ? statusTone(answer.status) : 'bad'
  return [
    `${style('quiet', timeOfDay(at))}  ${style('quiet', '<--')}  ${style(tone, `[${describeAnswer(answer)}]`)}`,
  ]
}

/** One line of JSON for it. */
export function receivedJson({ delivery, event, signature }: CheckedDelivery): string {
  const body: Body = toBody(delivery.body)
  const headers: HeaderLines = delivery.headers
  return JSON.stringify({
    type: 'delivery',
    number: delivery.number,
    at: isoTime(delivery.at),
    method: delivery.method,
    path: delivery.path,
    headers,
    body: body.text,
    bodyEncoding: body.encoding,
    complete: delivery.complete,
    event,
    signature,
    answer: delivery.answer === null ? null : describeAnswer(delivery.answer),
  })
}
