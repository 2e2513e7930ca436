import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { HeaderLines } from './model.ts'

/** Whether two names are of the same header: their case does not count. */
export function sameHeader(a: string, b: string): boolean {
  return a.length === b.length && a.toLowerCase() === b.toLowerCase()
}

/** The first value of a header, whatever the case of its name. */
export function headerOf(
  headers: HeaderLines | Readonly<Record<string, string>>,
  name: string,
): string | undefined {
  return toLines(headers).find(([header]) => sameHeader(header, name))?.[1]
}

/** Names in lower case, as Node hands them out; the values of lines with one name are joined (RFC 9110, section 5.3). */
export function headersByName(
  headers: HeaderLines | Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const record: Record<string, string> = {}
  for (const [name, value] of toLines(headers)) {
    const key = name.toLowerCase()
    const before = record[key]
    record[key] = before === undefined ? value : `${before}, ${value}`
  }
  return record
}

/** `headers` without those that `others` has as well, then `others`. */
export function replaceHeaders(headers: HeaderLines, others: HeaderLines): HeaderLines {
  const replaced = new Set(others.map(([name]) => name.toLowerCase()))
  return [...headers.filter(([name]) => !replaced.has(name.toLowerCase())), ...others]
}

const SPACE: readonly string[] = [' ', '\t', '\r', '\n']

/** Without what HTTP drops at the ends of a header: a secret may end with another kind of space. */
export function trimHeader(value: string): string {
  let start = 0
  let end = value.length
  while (start < end && SPACE.includes(value[start] ?? '')) start++
  while (end > start && SPACE.includes(value[end - 1] ?? '')) end--
  return value.slice(start, end)
}

/** Whether name and value are valid in HTTP. */
export function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

/** Headers that say how a message is sent: who sends it sets them (RFC 9110, sections 7.6 and 10.1.1). */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

/** Why a request cannot be sent with these headers; null: it can. */
export function headerProblem(headers: HeaderLines): string | null {
  for (const [name, value] of headers) {
    const isClose = sameHeader(name, 'Connection') && /^(?:close|keep-alive)$/i.test(value)
    if (OF_THE_CONNECTION.has(name.toLowerCase()) && !isClose)
      return `the header ${name} belongs to the connection`
    if (!isHeader(name, value)) return invalidHeader(name, value)
  }
  return null
}

function invalidHeader(name: string, value: string): string {
  // RFC 9110, section 5.5.
  const [wrong] = /[^\t\x20-\x7e\x80-\xff]/u.exec(value) ?? []
  if (wrong === undefined) return `"${name}" is no name of a header`
  const code = wrong.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')
  return `HTTP cannot carry the character U+${code} in the header ${name}`
}

/** Headers as lines of name and value. */
export function toLines(headers: HeaderLines | Readonly<Record<string, string>>): HeaderLines {
  return isLines(headers) ? headers : Object.entries(headers)
}

function isLines(headers: HeaderLines | Readonly<Record<string, string>>): headers is HeaderLines {
  return Array.isArray(headers)
}
