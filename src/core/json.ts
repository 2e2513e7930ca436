export type Json = null | boolean | number | string | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return isObject(value)
}

/** Deeper ones break programs that walk them; common JSON readers draw the same line (Jackson: 1,000). */
export const MAX_LEVELS = 1_000

/** Text that may well be JSON, and of which there is too much to be read. */
export class TooMuchJson extends Error {
  override readonly name = 'TooMuchJson'
}

/**
 * @throws TooMuchJson whose message ends the sentence `it cannot be read: …`
 * @throws SyntaxError whose message ends the sentence `it is not JSON: …`
 */
export function parseJson(text: string, maxValues = Number.POSITIVE_INFINITY): Json {
  const tooMuch = text.length > MAX_LEVELS ? excess(text, maxValues) : null
  if (tooMuch !== null) throw new TooMuchJson(tooMuch)
  return JSON.parse(text) as Json
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

/** Of what a text of JSON has too much, by its brackets and commas outside of strings; null: of nothing. */
function excess(text: string, maxValues: number): string | null {
  let level = 0
  let values = 1
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) inString = !inString
    else if (inString) {
      if (code === BACKSLASH) i++
    } else if (code === COMMA) values++
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      level++
      values++
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) level--
    if (level > MAX_LEVELS) return `it is nested more than ${MAX_LEVELS} levels deep`
    if (values > maxValues) return `it has more than ${maxValues.toLocaleString('en-US')} values`
  }
  return null
}

/** What a text says in JSON; undefined where it is no JSON, or too deep to be read. */
export function parsedJson(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** What a text says in JSON, else the text itself. */
export function jsonOrText(text: string): Json {
  const json = parsedJson(text)
  return json === undefined ? text : json
}

/** Any value as text. `String` would call a member named `toString` of what somebody sent. */
export function asText(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

/** The value that a JSON pointer (RFC 6901) names, or undefined. */
export function atPointer(value: Json | undefined, pointer: string): Json | undefined {
  let here: Json | undefined = value
  for (const step of pointerSteps(pointer)) {
    if (Array.isArray(here)) here = (here as readonly Json[])[Number(step)]
    else if (isJsonObject(here)) here = Object.hasOwn(here, step) ? here[step] : undefined
    else return undefined
  }
  return here
}

export function pointerSteps(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => (step.includes('~') ? step.replaceAll('~1', '/').replaceAll('~0', '~') : step))
}

export function toPointer(steps: readonly (string | number)[]): string {
  return steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/**
 * `patch` over `base`, objects merged member by member and everything else replaced: RFC 7396, but null stays null,
 * since an event's field may well be null.
 */
export function merge(base: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch) || !isJsonObject(base)) return patch
  const both = Object.keys(base).filter((key) => Object.hasOwn(patch, key))
  const merged = both.map((key) => [key, merge(base[key], patch[key] ?? null)] as const)
  // A spread copies a member named `__proto__` as any other.
  return { ...base, ...patch, ...Object.fromEntries(merged) }
}

/** `base` with `value` at a place; objects on the way are made where they are missing. */
export function setAt(base: Json | undefined, steps: readonly string[], value: Json): Json {
  const [step, ...rest] = steps
  if (step === undefined) return value
  const members = new Map(isJsonObject(base) ? Object.entries(base) : [])
  members.set(step, setAt(members.get(step), rest, value))
  return Object.fromEntries(members)
}
