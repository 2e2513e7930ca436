import type { AttemptView, DeliveryView } from '../api/views.ts'
import { outcomeWord } from '../core/text.ts'
import { formatDuration } from '../core/units.ts'
import { columns, counted, indent, type Style, statusTone, type Tone } from './terminal.ts'
/** What one attempt looks like on a time axis. */
export interface Mark {
  readonly number: number
  /** Milliseconds of the mock's clock since the start of the axis. */
  readonly at: number
  /** Milliseconds since the attempt before; null at the first. */
  readonly after: number | null
  /** `503`, `timed out`, `in flight`. */
  readonly word: string
  readonly tone: Tone
  readonly durationMs: number | null
  readonly error: string | null
  readonly faults: readonly string[]
}

/** The attempts of a delivery, in milliseconds since `origin` (default: when the delivery was created). */
export function timelineOf(delivery: DeliveryView, origin = Date.parse(delivery.createdAt)): readonly Mark[] {
  return delivery.attempts.map((attempt, index) => {
    const before = delivery.attempts[index - 1]
    const sentAt = Date.parse(attempt.sentAt)
    return {
      number: attempt.number,
      at: Math.max(0, sentAt - origin),
      after: before === undefined ? null : Math.max(0, sentAt - Date.parse(before.sentAt)),
      word: outcomeWord(attempt.outcome),
      tone: toneOf(attempt),
      durationMs: attempt.durationMs,
      error: attempt.outcome?.error ?? null,
      faults: attempt.faults,
    }
  })
}

function toneOf({ outcome }: AttemptView): Tone {
  if (outcome === null || outcome.kind === 'blocked') return 'quiet'
  return outcome.kind === 'responded' ? statusTone(outcome.status ?? 0) : 'bad'
}

/** `succeeded`, `exhausted: 410 is not retried`. */
export function standingOf({ status, reason }: Pick<DeliveryView, 'status' | 'reason'>): string {
  return reason === null ? status : `${status}: ${reason}`
}

/** `+250ms`, `+1.2s`, `+1m10s`: as exact as one can read. */
export function offsetText(ms: number): string {
  return `+${roughDuration(ms)}`
}

function roughDuration(ms: number): string {
  if (ms < 1_000) return formatDuration(ms)
  return ms < 60_000 ? `${Math.round(ms / 100) / 10}s` : formatDuration(Math.round(ms / 1_000) * 1_000)
}

/** `12ms`, `1.2s`, `2m5s`: how long something took. */
export function tookText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)}s` : formatDuration(Math.round(ms / 1_000) * 1_000)
}

/** The smaller, the more it explains of a failure: those that did not succeed, then those that took several attempts. */
export function failureRank({ status, attempts }: Pick<DeliveryView, 'status' | 'attempts'>): number {
  return status !== 'succeeded' ? 0 : attempts.length > 1 ? 1 : 2
}

/** So many of the deliveries, those of the smallest rank, in their own order. */
export function lowestRanked(
  deliveries: readonly DeliveryView[],
  most: number,
  rank: (delivery: DeliveryView) => number,
): readonly DeliveryView[] {
  const chosen = new Set([...deliveries].sort((a, b) => rank(a) - rank(b)).slice(0, most))
  return deliveries.filter((delivery) => chosen.has(delivery))
}

/** One delivery and when its attempts were made, for a terminal or a plain-text report. */
export function timelineLines(delivery: DeliveryView, style: Style): string[] {
  const { event, webhook, id, attempts } = delivery
  const count = attempts.length === 0 ? 'no attempt' : counted(attempts.length, 'attempt')
  const tone = delivery.status === 'succeeded' ? 'good' : delivery.status === 'pending' ? 'warn' : 'bad'
  const head = `${style('strong', event.type)} --> ${webhook.url} ${style('quiet', `[${id}]`)}`
  const rows = timelineOf(delivery).map((mark) => markCells(mark, style))
  return [head, ...indent([`${style(tone, standingOf(delivery))}, ${count}`, ...columns(rows)], '  ')]
}

function markCells(mark: Mark, style: Style): string[] {
  const { number, at, after, word, tone, durationMs, error, faults } = mark
  const notes = [
    ...(error === null ? [] : [error]),
    ...(faults.length === 0 ? [] : [`faults: ${faults.join(', ')}`]),
  ]
  return [
    `${number}`,
    offsetText(at),
    after === null ? '' : style('quiet', `${roughDuration(after)} later`),
    style(tone, `[${word}]`),
    durationMs === null ? '' : tookText(durationMs),
    notes.join('; '),
  ]
}
