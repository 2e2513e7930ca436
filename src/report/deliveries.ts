import type { AttemptView, DeliveryView, OutcomeView } from '../api/views.ts'
import { outcomeWord } from '../core/text.ts'
import { formatDuration } from '../core/units.ts'
import { bodyLines, headerTexts } from './request.ts'
import {
  columns,
  dateAndTime,
  faultsText,
  indent,
  otherTarget,
  type Style,
  statusTone,
  type Tone,
} from './terminal.ts'

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

function outcomeText({ outcome }: AttemptView, style: Style): string {
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

/** One line for each attempt of a delivery, then its status: what `trigger --wait` prints. */
export function attemptLines(delivery: DeliveryView, style: Style): string[] {
  const rows = delivery.attempts.map((attempt) => [
    `<--  ${outcomeText(attempt, style)}`,
    `${attempt.request.method} ${targetOf(attempt.request)}`,
    attempt.durationMs === null ? '' : style('quiet', `(${Math.round(attempt.durationMs)}ms)`),
    `attempt ${attempt.number}${attempt.outcome?.error ? `: ${attempt.outcome.error}` : ''}${faultsOf(attempt, style)}`,
  ])
  return [...columns(rows, ' '), standing(delivery, style)]
}

function faultsOf({ faults }: DeliveryView['attempts'][number], style: Style): string {
  return faults.length === 0 ? '' : `, ${style('warn', faultsText(faults))}`
}

function targetOf(request: DeliveryView['attempts'][number]['request']): string {
  const other = otherTarget(request)
  return other === null ? request.url : `${request.url} -> ${other}`
}

const STANDINGS: Readonly<Record<DeliveryView['status'], (delivery: DeliveryView) => string>> = {
  succeeded: () => 'delivered',
  pending: ({ nextAttemptAt }) =>
    nextAttemptAt === null ? 'still pending' : `still pending, next attempt at ${nextAttemptAt}`,
  exhausted: ({ reason }) => because('given up', reason),
  cancelled: ({ reason }) => because('cancelled', reason),
  blocked: ({ reason }) => because('blocked', reason),
}

function standing(delivery: DeliveryView, style: Style): string {
  const tone = delivery.status === 'succeeded' ? 'good' : delivery.status === 'pending' ? 'warn' : 'bad'
  return `     ${style(tone, STANDINGS[delivery.status](delivery))} ${style('quiet', `[${delivery.id}]`)}`
}

function because(word: string, reason: string | null): string {
  return reason === null ? word : `${word}: ${reason}`
}
