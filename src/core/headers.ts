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
  return [...headers.filter(([name]) => headerOf(others, name) === undefined), ...others]
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

/** Headers as lines of name and value. */
export function toLines(headers: HeaderLines | Readonly<Record<string, string>>): HeaderLines {
  return isLines(headers) ? headers : Object.entries(headers)
}

function isLines(headers: HeaderLines | Readonly<Record<string, string>>): headers is HeaderLines {
  return Array.isArray(headers)
}
