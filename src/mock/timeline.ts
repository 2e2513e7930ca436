import type { DeliveryView, OutcomeView } from '../api/views.ts'
import { outcomeWord } from '../core/text.ts'
import { formatDuration } from '../core/units.ts'

/**
 * What became of a delivery, for the message of a failed test:
 * `note.created [evt_…] to http://127.0.0.1:3000/hooks: exhausted`, then a line for each attempt.
 */
export function timeline(delivery: DeliveryView): string[] {
  const { event, webhook, status, reason, attempts, nextAttemptAt } = delivery
  const head = `${event.type} [${event.id}] to ${webhook.url}: ${reason === null ? status : `${status}: ${reason}`}`
  const [first] = attempts
  if (first === undefined) return [head, '  no attempt was made']
  const sinceFirst = (time: string) => offset(Date.parse(time) - Date.parse(first.sentAt))
  const rows = attempts.map((attempt) => [
    `attempt ${attempt.number}`,
    `+${sinceFirst(attempt.sentAt)}`,
    `[${wordOf(attempt.outcome)}]`,
    attempt.durationMs === null ? '' : `${Math.round(attempt.durationMs)}ms`,
    attempt.faults.length === 0 ? '' : `faults: ${attempt.faults.join(', ')}`,
  ])
  const next =
    nextAttemptAt === null
      ? []
      : [[`attempt ${attempts.length + 1}`, `+${sinceFirst(nextAttemptAt)}`, '[to come]']]
  return [head, ...aligned([...rows, ...next]).map((row) => `  ${row}`)]
}

/** Rounded to tenths of a second from one second on. */
function offset(ms: number): string {
  return formatDuration(ms < 1_000 ? Math.max(0, ms) : Math.round(ms / 100) * 100)
}

function wordOf(outcome: OutcomeView | null): string {
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
