import type { AttemptView, DeliveryView } from '../../api/views.ts'
import type { HeaderLines } from '../../core/model.ts'
import { outcomeWord, shorten } from '../../core/text.ts'
import type { ScenarioResult } from '../../scenario/result.ts'
import { counted } from '../terminal.ts'
import { failureRank, lowestRanked, offsetText, standingOf, timelineOf, tookText } from '../timeline.ts'
import { type Markup, markup } from './markup.ts'
import { type Names, timelineSvg } from './timeline.ts'

const MAX_ATTEMPTS = 20

const MAX_CHARACTERS = 4_000

/** Headers whose values may be credentials; they are not shown, since reports are shared. */
const SECRET_HEADER = /authorization|cookie|token|secret|api-?key/i

/** What was sent and what came back, byte for byte as far as it is text, for readers who have only the report. */
function exchangePart(deliveries: readonly DeliveryView[], names: Names): Markup | null {
  const attempts = deliveries.flatMap((delivery) =>
    delivery.attempts.map((attempt) => ({ delivery, attempt })),
  )
  if (attempts.length === 0) return null
  const left = attempts.length - MAX_ATTEMPTS
  return markup`<details class="more"><summary>Requests and answers</summary>
${attempts
  .slice(0, MAX_ATTEMPTS)
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
  const more = text.length <= MAX_CHARACTERS ? '' : ` (${text.length - MAX_CHARACTERS} more characters)`
  return `${encoding === 'base64' ? 'base64: ' : ''}${shorten(text, MAX_CHARACTERS)}${more}`
}

/** A burst of a thousand is no picture any more. */
const MAX_LANES = 16

/** How the deliveries of a scenario went: as a picture, and as a table for those who cannot or need not see it. */
export function deliveriesPart({ deliveries, steps, status, names = {} }: ScenarioResult): Markup | null {
  if (deliveries.length === 0) return null
  const looked = new Set(steps.flatMap((step) => step.deliveries.map(({ id }) => id)))
  const rank = (delivery: DeliveryView) => 2 * failureRank(delivery) + (looked.has(delivery.id) ? 0 : 1)
  const shown = lowestRanked(deliveries, MAX_LANES, rank)
  const left = deliveries.length - shown.length
  return markup`<h3>${counted(deliveries.length, 'delivery', 'deliveries')}</h3>
<div class="wide">${timelineSvg(shown, names)}</div>
${left > 0 && markup`<p class="note">${counted(left, 'more delivery', 'more deliveries')} not shown: ${leftOver(deliveries, shown)}.</p>`}
<details class="more"><summary>Attempts as a table</summary>
<div class="wide"><table><thead><tr><th>event</th><th>to</th><th>attempt</th><th>at</th><th>outcome</th><th>took</th><th>notes</th></tr></thead><tbody>
${shown.map((delivery) => deliveryRows(delivery, names))}</tbody></table></div></details>
${status !== 'passed' && exchangePart(shown, names)}`
}

/** `960 succeeded, 3 pending`. */
function leftOver(deliveries: readonly DeliveryView[], shown: readonly DeliveryView[]): string {
  const counts = new Map<string, number>()
  for (const { status } of deliveries.filter((delivery) => !shown.includes(delivery)))
    counts.set(status, (counts.get(status) ?? 0) + 1)
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ')
}

function deliveryRows(delivery: DeliveryView, names: Names): Markup {
  const { event, webhook } = delivery
  const marks = timelineOf(delivery)
  const [what, to] = [names[event.id], names[webhook.id]]
  const named = markup`<td>${event.type}${what !== undefined && markup` <small>${what}</small>`}</td><td>${to !== undefined && markup`${to} `}<span class="mono">${webhook.url}</span></td>`
  if (marks.length === 0)
    return markup`<tr>${named}<td></td><td></td><td>${standingOf(delivery)}</td><td></td><td></td></tr>\n`
  return markup`${marks.map(({ number, at, word, durationMs, error, faults }, index) => {
    const notes = [
      ...(error === null ? [] : [error]),
      ...(faults.length === 0 ? [] : [`faults: ${faults.join(', ')}`]),
      ...(index === marks.length - 1 ? [standingOf(delivery)] : []),
    ]
    return markup`<tr>${named}<td>${number}</td><td>${offsetText(at)}</td><td>${word}</td><td>${durationMs === null ? '' : tookText(durationMs)}</td><td>${notes.join('; ')}</td></tr>\n`
  })}`
}
