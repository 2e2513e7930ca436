import { distance } from 'fastest-levenshtein'

/** Longer words are no misspelt names: to compare them would take long and help nobody. */
const LONGEST_WORD = 100

/** Of more known names the others are not compared. */
const MOST_NAMES = 1_000

/** How many names a message lists. */
const MOST_LISTED = 50

/** The known word that a mistyped one most likely means, or undefined when none is near. */
export function nearest(
  word: string,
  known: readonly string[],
  limit = Math.max(2, Math.floor(word.length / 3)),
): string | undefined {
  if (word.length > LONGEST_WORD) return undefined
  const wanted = word.toLowerCase()
  let best: string | undefined
  let least = limit + 1
  for (const candidate of known.slice(0, MOST_NAMES)) {
    // A distance is at least the difference of the lengths.
    if (Math.abs(candidate.length - word.length) >= least) continue
    const far = distance(wanted, candidate.toLowerCase())
    if (far < least) [best, least] = [candidate, far]
  }
  return best
}

/** A word of a command line for sh: nothing inside single quotes is special, so only the quote itself has to leave them. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** `Did you mean "x"?`, or the known words when nothing is near. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known) ?? begun(word, known)
  if (near !== undefined) return `Did you mean "${near}"?`
  return `Known are: ${listSome(known.length > MOST_NAMES ? known : [...known].sort())}.`
}

/** The only known word that begins so, and of which that is the greater part. */
function begun(word: string, known: readonly string[]): string | undefined {
  if (word.length > LONGEST_WORD) return undefined
  const longer = known.slice(0, MOST_NAMES).filter((one) => one.toLowerCase().startsWith(word.toLowerCase()))
  return longer.length === 1 && word.length * 2 > (longer[0]?.length ?? 0) ? longer[0] : undefined
}

/** `a, b, c`; of a long list its beginning: `a, b, c and 44,900 more`. */
export function listSome(
  texts: readonly string[],
  { most = MOST_LISTED, between = ', ' }: { readonly most?: number; readonly between?: string } = {},
): string {
  const list = texts
    .slice(0, most)
    .map((text) => shorten(text, 200))
    .join(between)
  const more = texts.length - most
  return more > 0 ? `${list} and ${more.toLocaleString('en-US')} more` : list
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

/** Reports repeat a title wherever its scenario or step is named. In characters. */
const LONGEST_TITLE = 500

/** A text of any length as the title of a scenario or a step: the beginning of its {@link oneLine}. */
export function titleOf(text: string): string {
  return shorten(oneLine(text), LONGEST_TITLE)
}

/**
 * What makes a terminal do more than show a text: control characters but the tab, and those that reverse the order of what
 * follows (UAX #9; CVE-2021-42574).
 */
const CONTROLS = /(?!\t)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** A text with its control characters in plain sight, as `\u001b`: inside JSON they mean the same as before. */
export function visible(text: string): string {
  return text.replaceAll(CONTROLS, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** What every line puts in brackets: `503`, `timed out`, `ECONNREFUSED`, `blocked`; null while it is in flight. */
export function outcomeWord(
  outcome: {
    readonly kind: string
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
