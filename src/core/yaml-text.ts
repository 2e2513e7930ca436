import { isObject, type Json } from './json.ts'

/**
 * JSON as YAML in block style, which YAML 1.1 and 1.2 read alike. In a few milliseconds: the printer of the package `yaml` takes a
 * tenth of a second for an OpenAPI document, in which nothing else would be answered.
 */
export function yamlText(value: Json): string {
  const lines: string[] = []
  if (isNested(value)) writeMembers(lines, value, '')
  else lines.push(scalar(value))
  return `${lines.join('\n')}\n`
}

type Nested = readonly Json[] | { readonly [key: string]: Json }

function isNested(value: Json): value is Nested {
  if (Array.isArray(value)) return value.length > 0
  return isObject(value) && Object.keys(value).length > 0
}

function writeMembers(lines: string[], value: Nested, indent: string): void {
  const isList = Array.isArray(value)
  for (const [key, inner] of Object.entries(value) as readonly [string, Json][]) {
    const start = isList ? `${indent}-` : `${indent}${text(key)}:`
    const below = `${indent}  `
    if (isNested(inner)) {
      const first = lines.length
      writeMembers(lines, inner, below)
      // A list's item begins beside its dash.
      if (isList) lines[first] = `${start} ${lines[first]?.slice(below.length)}`
      else lines.splice(first, 0, start)
    } else if (typeof inner === 'string' && isLiteral(inner)) writeLiteral(lines, start, inner, below)
    else lines.push(`${start} ${scalar(inner)}`)
  }
}

function scalar(value: Json): string {
  if (typeof value === 'string') return text(value)
  return JSON.stringify(value)
}

/** A text that no version of YAML takes for anything else may stand as it is; all others as JSON writes them, which YAML reads. */
function text(value: string): string {
  return PLAIN.test(value) && !WORDS.test(value) ? value : quoted(value)
}

const PLAIN = /^[a-z_/](?:[\w/.,;()'`+=@&$%^|<>~!?*-]|:(?=[^\s:])|#(?<=\S#)| (?=[^\s#:]))*$/i

/** Values of YAML 1.1; some of its readers take `e0` for a number. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|e[\d+-].*)$/i

function quoted(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Several lines of printable text, which begins with no space and ends with at most one line break. */
function isLiteral(value: string): boolean {
  return value.includes('\n') && /^\S/.test(value) && !/\n\n$|[^\P{C}\n]|[^\P{Z} ]/u.test(value)
}

function writeLiteral(lines: string[], start: string, value: string, indent: string): void {
  const isEnded = value.endsWith('\n')
  lines.push(`${start} ${isEnded ? '|' : '|-'}`)
  for (const line of (isEnded ? value.slice(0, -1) : value).split('\n'))
    lines.push(line === '' ? '' : `${indent}${line}`)
}
