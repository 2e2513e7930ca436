import { inspect } from 'node:util'
import type { Instant } from '../core/clock.ts'
import type { AttemptRequest, Outcome } from '../core/model.ts'
import { createRandom } from '../core/random.ts'
import { visible } from '../core/text.ts'

/** Rows with their cells aligned to the left; the last cell of a row is not padded. */
export function columns(rows: readonly (readonly string[])[], gap = '  '): string[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, visibleWidth(cell))
    })
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell + padding(cell, widths[index] ?? 0)))
      .join(gap)
      .trimEnd(),
  )
}

export function indent(lines: readonly string[], by: string): string[] {
  return lines.map((line) => (line === '' ? '' : `${by}${line}`))
}

/** `1 webhook`, `2 webhooks`, `2 deliveries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

function visibleWidth(text: string): number {
  return visible(text.replaceAll(marks(), '')).length
}

function padding(cell: string, width: number): string {
  return ' '.repeat(Math.max(0, width - visibleWidth(cell)))
}

/** `fault: duplicate`, `faults: delay, bad-signature`. */
export function faultsText(names: readonly string[]): string {
  return `${names.length === 1 ? 'fault' : 'faults'}: ${names.join(', ')}`
}

/** Where a request really went, if that is not the registered URL; a URL is the same however it is written. */
export function otherTarget({ url, sentTo }: Pick<AttemptRequest, 'url' | 'sentTo'>): string | null {
  if (sentTo === null || sentTo === url) return null
  const isSame = URL.canParse(url) && URL.canParse(sentTo) && new URL(url).href === new URL(sentTo).href
  return isSame ? null : sentTo
}

export function outcomeTone(outcome: Outcome): Tone {
  if (outcome.kind !== 'responded') return 'bad'
  return statusTone(outcome.status)
}

export function statusTone(status: number): Tone {
  if (status < 300) return 'good'
  return status < 500 ? 'warn' : 'bad'
}

/** `blocked: example.be is not loopback; add --allow-host example.be`. */
export function blockedText(outcome: { readonly error: string; readonly hint: string }): string {
  return outcome.hint === '' ? `blocked: ${outcome.error}` : `blocked: ${outcome.error}; ${outcome.hint}`
}

const FORMATS = {
  strong: 'bold',
  quiet: 'gray',
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  name: 'cyan',
} as const

export type Tone = keyof typeof FORMATS

/** Gives a text its tone: colours on a terminal, the text itself elsewhere. */
export type Style = (tone: Tone, text: string) => string

export const PLAIN: Style = (_tone, text) => text

/**
 * Begins every mark of a tone, and is drawn for each process: what others have written, and is shown among our own words,
 * cannot hold it. Only these marks become escape sequences; see {@link terminalLine}.
 */
let secret: string | undefined

function mark(code: number): string {
  secret ??= createRandom().text('alphanumeric', 16)
  return `\u001b${secret}[${code}m`
}

function marks(): RegExp {
  return secret === undefined ? /$^/g : new RegExp(`\u001b${secret}(\\[\\d+m)`, 'g')
}

/** For {@link terminalLine}, which turns its marks into colours. */
export const COLOURED: Style = (tone, text) => {
  const [on = 0, off = 0] = inspect.colors[FORMATS[tone]] ?? []
  return `${mark(on)}${text}${mark(off)}`
}

/**
 * A line as it goes to a terminal, the only way for any text to get there: with our own colours, and every other control
 * character in plain sight, line breaks among them.
 */
export function terminalLine(line: string): string {
  return line
    .split(marks())
    .map((part, at) => (at % 2 === 0 ? visible(part) : `\u001b${part}`))
    .join('')
}

/** Colours for a terminal only, and never where NO_COLOR is set (no-color.org: to anything but the empty string). */
export function chooseStyle(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Style {
  const refused = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb'
  return isTerminal && !refused ? COLOURED : PLAIN
}

/** `14:32:15`, in the reader's time zone. */
export function timeOfDay(instant: Instant): string {
  const time = new Date(instant)
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}

/** `2026-10-12 14:32:15`, in the reader's time zone. */
export function dateAndTime(instant: Instant): string {
  const time = new Date(instant)
  const date = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map((part) =>
    String(part).padStart(2, '0'),
  )
  return `${date.join('-')} ${timeOfDay(instant)}`
}
