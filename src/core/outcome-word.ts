import type { OutcomeKind } from './attempt.ts'

/** What every line puts in brackets: `503`, `timed out`, `ECONNREFUSED`, `blocked`; null while it is in flight. */
export function outcomeWord(
  outcome: {
    readonly kind: OutcomeKind
    readonly status?: number | null
    readonly code?: string | null
  } | null,
): string {
  if (outcome === null) return 'in flight'
  const { kind, status, code } = outcome
  if (kind === 'responded') return String(status)
  return code ? code : kind.replaceAll('-', ' ')
}
