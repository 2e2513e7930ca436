import type { Body } from '../core/model.ts'
import { shortenCounted } from '../core/text.ts'

/** How many lines of a body are shown before the rest is only counted. */
const MOST_LINES = 40

const LONGEST_LINE = 400

/** A body as people read it: JSON pretty-printed, long ones shortened, bytes counted. The bytes themselves stay as sent. */
export function bodyLines(body: Body, mostLines = MOST_LINES): string[] {
  if (body.text === '') return ['(no body)']
  if (body.encoding === 'base64')
    return [`(${Buffer.from(body.text, 'base64').length} bytes that are not UTF-8)`]
  const lines = pretty(body.text).split('\n')
  const shown = lines.slice(0, mostLines).map((line) => shortenCounted(line, LONGEST_LINE))
  const left = lines.length - shown.length
  return left === 0 ? shown : [...shown, `… ${left} more ${left === 1 ? 'line' : 'lines'}`]
}

function pretty(text: string): string {
  // JSON.parse would round such a number, and what is shown must be what was sent.
  if (/\d{16}/.test(text)) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
