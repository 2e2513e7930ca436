import { closest, distance } from 'fastest-levenshtein'
import type { OutcomeKind } from './model.ts'
/** The known word that a mistyped one most likely means, or undefined when none is near. */
export function nearest(
  word: string,
  known: readonly string[],
  limit = Math.max(2, Math.floor(word.length / 3)),
): string | undefined {
  if (known.length === 0) return undefined
  const best = closest(
    word.toLowerCase(),
    known.map((candidate) => candidate.toLowerCase()),
  )
  if (distance(word.toLowerCase(), best) > limit) return undefined
  return known.find((candidate) => candidate.toLowerCase() === best)
}

/** `Did you mean "x"?`, or the known words when nothing is near. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known) ?? begun(word, known)
  return near === undefined ? `Known are: ${[...known].sort().join(', ')}.` : `Did you mean "${near}"?`
}

/** The only known word that begins so, and of which that is the greater part. */
function begun(word: string, known: readonly string[]): string | undefined {
  const longer = known.filter((one) => one.toLowerCase().startsWith(word.toLowerCase()))
  return longer.length === 1 && word.length * 2 > (longer[0]?.length ?? 0) ? longer[0] : undefined
}

/** What a message shows of a value that may be long: its beginning. @param longest in characters */
export function shorten(text: string, longest = 80): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

/** As {@link shorten}, with how long the whole is. */
export function shortenCounted(text: string, longest: number): string {
  return text.length > longest ? `${shorten(text, longest)} (${text.length} characters)` : text
}

/** A text for a place that is so many columns wide. */
export function fitColumns(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text
}

/** A text in one line, without control characters: terminals, annotations and lists of tests show it as a title. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
}

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

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes as text for people: what is not valid UTF-8 is shown as `\xff`. */
export function printable(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return printableBytes(bytes)
  }
}

function printableBytes(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const [shown, length] = characterAt(bytes, at)
    text += shown
    at += length
  }
  return text
}

/** The longest valid character first; a byte that begins none is escaped. */
function characterAt(bytes: Uint8Array, at: number): readonly [shown: string, length: number] {
  for (const length of [1, 2, 3, 4]) {
    try {
      return [strictUtf8.decode(bytes.subarray(at, at + length)), length]
    } catch {}
  }
  return [`\\x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`, 1]
}
