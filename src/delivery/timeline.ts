import type { Attempt, Delivery, Event, Outcome } from '../core/model.ts'
import { outcomeWord } from '../core/text.ts'
import { formatDuration } from '../core/units.ts'
/** One delivery with all that is known of it. */
export interface DeliveryStory {
  readonly delivery: Delivery
  readonly event: Pick<Event, 'id' | 'type'>
  /** Of the webhook. */
  readonly url: string
  /** In their order. */
  readonly attempts: readonly Attempt[]
}

/**
 * What became of a delivery, for the message of a failed test:
 * `note.created [evt_…] to http://127.0.0.1:3000/hooks: exhausted`, then a line for each attempt.
 */
export function timeline({ delivery, event, url, attempts }: DeliveryStory): string[] {
  const { status, reason } = delivery
  const head = `${event.type} [${event.id}] to ${url}: ${reason === null ? status : `${status}: ${reason}`}`
  const start = attempts[0]?.sentAt
  if (start === undefined) return [head, '  no attempt was made']
  const rows = attempts.map((attempt) => [
    `attempt ${attempt.number}`,
    `+${offset(attempt.sentAt - start)}`,
    `[${wordOf(attempt.outcome)}]`,
    attempt.durationMs === null ? '' : `${Math.round(attempt.durationMs)}ms`,
    attempt.faults.length === 0 ? '' : `faults: ${attempt.faults.join(', ')}`,
  ])
  const { nextAttemptAt } = delivery
  const next =
    nextAttemptAt === null
      ? []
      : [[`attempt ${delivery.attempts + 1}`, `+${offset(nextAttemptAt - start)}`, '[to come]']]
  return [head, ...aligned([...rows, ...next]).map((row) => `  ${row}`)]
}

/** What is longer than a second is not told in milliseconds. */
function offset(ms: number): string {
  return formatDuration(ms < 1_000 ? Math.max(0, ms) : Math.round(ms / 100) * 100)
}

function wordOf(outcome: Outcome | null): string {
  return outcome?.kind === 'blocked' ? `blocked: ${outcome.error}` : outcomeWord(outcome)
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(width(column)))
      .join('  ')
      .trimEnd(),
  )
}
