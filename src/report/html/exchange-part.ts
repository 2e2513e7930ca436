import type { AttemptView, DeliveryView } from '../../control/views/view-shapes.ts'
import type { HeaderLines } from '../../core/attempt.ts'
import { outcomeWord } from '../../core/outcome-word.ts'
import { counted } from '../columns.ts'
import { type Markup, markup } from './markup.ts'
import type { Names } from './timeline-svg.ts'

const MOST_ATTEMPTS = 20
const MOST_CHARACTERS = 4_000
/** What proves who sent it is no business of whoever reads a report. */
const SECRET_HEADER = /authorization|cookie|token|secret|api-?key/i

/** What was sent and what came back, byte for byte as far as it is text, for whoever has nothing but the report. */
export function exchangePart(deliveries: readonly DeliveryView[], names: Names): Markup | null {
  const attempts = deliveries.flatMap((delivery) =>
    delivery.attempts.map((attempt) => ({ delivery, attempt })),
  )
  if (attempts.length === 0) return null
  const left = attempts.length - MOST_ATTEMPTS
  return markup`<details class="more"><summary>Requests and answers</summary>
${attempts
  .slice(0, MOST_ATTEMPTS)
  .map(
    ({ delivery, attempt }) =>
      markup`<h3>${names[delivery.event.id] ?? delivery.event.type}, attempt ${attempt.number}</h3><pre>${exchangeText(attempt)}</pre>\n`,
  )}${left > 0 && markup`<p class="note">${counted(left, 'more attempt')} not shown.</p>`}</details>`
}

function exchangeText({ request, outcome }: AttemptView): string {
  const { method, url, headers, body, bodyEncoding } = request
  const sent = [`${method} ${url}`, ...headerLines(headers), '', bodyText(body, bodyEncoding)]
  if (outcome === null) return [...sent, '', 'no answer yet'].join('\n')
  const answer = [outcomeWord(outcome), ...(outcome.error === null ? [] : [outcome.error])].join(': ')
  const came =
    outcome.body === null || outcome.body === '' ? [] : ['', bodyText(outcome.body, outcome.bodyEncoding)]
  return [...sent, '', `<-- ${answer}`, ...headerLines(outcome.headers), ...came].join('\n')
}

function headerLines(headers: HeaderLines): readonly string[] {
  return headers.map(([name, value]) => `${name}: ${SECRET_HEADER.test(name) ? '***' : value}`)
}

function bodyText(text: string, encoding: string | null): string {
  const shown = text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`
  const more = text.length <= MOST_CHARACTERS ? '' : ` (${text.length - MOST_CHARACTERS} more characters)`
  return `${encoding === 'base64' ? 'base64: ' : ''}${shown}${more}`
}
