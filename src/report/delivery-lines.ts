import type { AttemptView, DeliveryView, OutcomeView } from '../control/views/view-shapes.ts'
import { formatDuration } from '../core/duration.ts'
import { outcomeWord } from '../core/outcome-word.ts'
import { bodyLines } from './body-lines.ts'
import { columns, indent } from './columns.ts'
import { faultsText } from './faults-text.ts'
import { otherTarget } from './other-target.ts'
import { statusTone } from './outcome-text.ts'
import type { Style, Tone } from './style.ts'
import { dateAndTime } from './time-of-day.ts'

const TONES: Readonly<Record<DeliveryView['status'], Tone>> = {
  pending: 'warn',
  succeeded: 'good',
  exhausted: 'bad',
  cancelled: 'quiet',
  blocked: 'warn',
}

/** A table of deliveries, newest first. */
export function deliveryTable(deliveries: readonly DeliveryView[], style: Style): string[] {
  if (deliveries.length === 0) return ['No deliveries.']
  const head = ['CREATED', 'DELIVERY', 'STATUS', 'ATTEMPTS', 'LAST', 'EVENT', 'TO'].map((cell) =>
    style('quiet', cell),
  )
  const rows = deliveries.map((delivery) => {
    const last = delivery.attempts.at(-1)
    return [
      style('quiet', dateAndTime(Date.parse(delivery.createdAt))),
      delivery.id,
      style(TONES[delivery.status], delivery.status),
      String(delivery.attempts.length),
      last === undefined ? '-' : outcomeText(last, style),
      `${delivery.provider} ${delivery.event.type}`,
      delivery.webhook.url,
    ]
  })
  return columns([head, ...rows])
}

/** One delivery with its attempts, each with what was sent and what came back. */
export function deliveryDetails(delivery: DeliveryView, style: Style): string[] {
  const { event, webhook } = delivery
  const facts: (readonly [string, string])[] = [
    [
      'status',
      style(TONES[delivery.status], delivery.status) +
        (delivery.reason === null ? '' : `: ${delivery.reason}`),
    ],
    ['event', `${event.type} ${event.id} (${delivery.provider}: ${event.providerId})`],
    ['webhook', `${webhook.url} ${webhook.id} (${delivery.provider}: ${webhook.providerId})`],
    ['account', delivery.account],
    ['created', delivery.createdAt],
    ...(delivery.resendOf === null ? [] : [['resends', delivery.resendOf] as const]),
    ...(delivery.nextAttemptAt === null ? [] : [['next attempt', delivery.nextAttemptAt] as const]),
  ]
  const titled = columns(facts.map(([name, value]) => [style('quiet', name), value]))
  const attempts = delivery.attempts.flatMap((attempt, index) => [
    '',
    ...attemptDetails(attempt, delivery.attempts[index - 1], style),
  ])
  return [style('strong', delivery.id), ...indent(titled, '  '), ...attempts]
}

/** `attempt 2  [503] after 12ms, 10s after the one before`, then the request, the signed content and the answer. */
function attemptDetails(attempt: AttemptView, before: AttemptView | undefined, style: Style): string[] {
  const { request, signature, outcome } = attempt
  const gap = before === undefined ? '' : `, ${formatDuration(since(attempt, before))} after the one before`
  const took = attempt.durationMs === null ? '' : ` in ${Math.round(attempt.durationMs)}ms`
  const faults = attempt.faults.length === 0 ? [] : ['', style('warn', faultsText(attempt.faults))]
  const target = otherTarget(request)
  const sentTo = target === null ? [] : [`sent to ${target}`]
  const details = [
    `${style('strong', request.method)} ${request.url}`,
    ...sentTo,
    ...headerTexts(request.headers, style),
    '',
    ...bodyLines({ encoding: request.bodyEncoding, text: request.body }),
    ...(signature === null ? [] : ['', ...signatureTexts(signature, request.body)]),
    ...(outcome === null ? [] : ['', ...answerTexts(outcome, style)]),
    ...faults,
  ]
  const head = `${style('strong', `attempt ${attempt.number}`)}  ${outcomeText(attempt, style)}${took}  ${style('quiet', `${attempt.sentAt}${gap}`)}`
  return [head, ...indent(details, '  ')]
}

function signatureTexts({ scheme, content }: NonNullable<AttemptView['signature']>, body: string): string[] {
  const short = body !== '' && content.includes(body) ? content.replace(body, () => '<the body>') : content
  return [`signed (${scheme}): ${short}`]
}

function answerTexts(outcome: OutcomeView, style: Style): string[] {
  if (outcome.kind !== 'responded') return [style('bad', `${outcome.kind}: ${outcome.error ?? ''}`)]
  const status = style(statusTone(outcome.status ?? 0), `answered ${outcome.status}`)
  return [status, ...headerTexts(outcome.headers, style), '', ...answerBody(outcome)]
}

function headerTexts(headers: readonly (readonly [string, string])[], style: Style): string[] {
  return headers.map(([name, value]) => `${style('quiet', `${name}:`)} ${value}`)
}

export function outcomeText({ outcome }: AttemptView, style: Style): string {
  const text = `[${outcomeWord(outcome)}]`
  if (outcome === null) return style('quiet', text)
  return style(outcome.kind === 'responded' ? statusTone(outcome.status ?? 0) : 'bad', text)
}

function since(attempt: AttemptView, before: AttemptView): number {
  const gap = Date.parse(attempt.sentAt) - Date.parse(before.sentAt)
  return gap < 1_000 ? gap : Math.round(gap / 100) * 100
}

function answerBody({ body, bodyEncoding, truncated }: OutcomeView): string[] {
  const lines = bodyLines({ encoding: bodyEncoding ?? 'utf8', text: body ?? '' })
  return truncated ? [...lines, '(the rest of the answer was not read)'] : lines
}
