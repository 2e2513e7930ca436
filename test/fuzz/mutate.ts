import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'
import type { Draw } from './draw.ts'
import { NAMES, RAW_NUMBERS, TEXTS, VALUES } from './nasty.ts'

/** Characters of the longest text, items of the widest list, levels of the deepest nesting. */
const LONG = 60_000
const WIDE = 5_000
const DEEP = 4_000
/** Levels of what a parser of YAML takes much longer for. */
const DEEP_TEXT = 1_500

/** A valid value with something wrong at one place of it. */
export function mutate(draw: Draw, value: Json): Json {
  const isInside = draw.chance(0.85)
  if (isInside && Array.isArray(value) && value.length > 0) {
    const at = draw.below(value.length)
    return value.map((item: Json, i) => (i === at ? mutate(draw, item) : item))
  }
  if (isInside && isJsonObject(value) && Object.keys(value).length > 0) {
    const at = draw.oneOf(Object.keys(value))
    return fromEntries(
      Object.entries(value).map(([key, item]) => [key, key === at ? mutate(draw, item) : item]),
    )
  }
  return draw.oneOf(MUTATIONS)(draw, value)
}

type Mutation = (draw: Draw, value: Json) => Json

const MUTATIONS: readonly Mutation[] = [
  (draw) => draw.oneOf(VALUES),
  (draw) => draw.oneOf(VALUES),
  (draw) => draw.oneOf(TEXTS),
  (draw) => draw.oneOf(TEXTS),
  (draw, value) => (typeof value === 'string' ? mutateText(draw, value) : `${JSON.stringify(value)}`),
  (draw, value) => (typeof value === 'string' ? mutateText(draw, value) : draw.oneOf(TEXTS)),
  (draw, value) => (typeof value === 'number' ? value * draw.oneOf([-1, 0.5, 1e9, 1e300]) : [value]),
  (draw, value) => (isJsonObject(value) ? renamed(draw, value) : { [draw.oneOf(NAMES)]: value }),
  (draw, value) => (isJsonObject(value) ? without(draw, value) : [value, value]),
  (draw, value) => withMembers(draw, value),
  (draw, value) =>
    Array.from({ length: Math.ceil(draw.size(WIDE) / (1 + stringify(value).length / 40)) }, () => value),
  (draw) =>
    draw
      .oneOf(TEXTS)
      .repeat(draw.size(LONG / 8))
      .slice(0, LONG),
  (draw) => nested(draw),
]

function renamed(draw: Draw, value: JsonObject): Json {
  const at = draw.oneOf(Object.keys(value).concat(''))
  return fromEntries(Object.entries(value).map(([key, item]) => [key === at ? draw.oneOf(NAMES) : key, item]))
}

function without(draw: Draw, value: JsonObject): Json {
  const at = draw.oneOf(Object.keys(value).concat(''))
  return fromEntries(Object.entries(value).filter(([key]) => key !== at))
}

function withMembers(draw: Draw, value: Json): Json {
  const count = draw.size(WIDE)
  const more = Array.from({ length: count }, (_, i): [string, Json] => [
    count === 1 ? draw.oneOf(NAMES) : `member${i}`,
    draw.oneOf(VALUES),
  ])
  return fromEntries([...(isJsonObject(value) ? Object.entries(value) : []), ...more])
}

function nested(draw: Draw): Json {
  const inList = draw.chance(0.5)
  let value: Json = draw.oneOf(VALUES)
  for (let level = draw.size(DEEP); level > 0; level--) value = inList ? [value] : { a: value }
  return value
}

/** `__proto__` becomes a member like every other. */
function fromEntries(entries: readonly (readonly [string, Json])[]): JsonObject {
  return Object.fromEntries(entries)
}

/** A value as JSON; now and then with what JSON.stringify never writes: a key twice, numbers beyond any program, a BOM. */
export function toText(draw: Draw, value: Json | undefined): string {
  const text = stringify(value)
  if (draw.chance(0.9)) return text
  return draw.oneOf<(text: string) => string>([
    (json) => json.replace(/\{("[^"]*":)/, '{$1null,$1'),
    (json) =>
      json.replace(/:(?:true|false|null|"[^"\\]*"|-?\d[\d.e+]*)/, () => `:${draw.oneOf(RAW_NUMBERS)}`),
    (json) => `\ufeff${json}`,
    (json) => `${' '.repeat(draw.size(LONG))}${json}`,
    (json) => `${json}${json}`,
    (json) => `${json.slice(0, draw.below(json.length + 1))}`,
    (json) => json.replaceAll('"', "'"),
    (json) => json.replace(/\w/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
  ])(text)
}

/** Not recursive at a depth at which JSON.stringify has no stack left. */
function stringify(value: Json | undefined): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return '['.repeat(DEEP) + ']'.repeat(DEEP)
  }
}

type TextMutation = (draw: Draw, text: string, from: number, to: number) => string

const TEXT_MUTATIONS: readonly TextMutation[] = [
  (_, text, from, to) => text.slice(0, from) + text.slice(to),
  (_, text, from) => text.slice(0, from),
  (_, text, from, to) => text.slice(0, to) + text.slice(from),
  (draw, text, from) => text.slice(0, from) + draw.oneOf(TEXTS) + text.slice(from),
  (draw, text, from) => text.slice(0, from) + draw.oneOf(TEXTS) + text.slice(from),
  (draw, text, from, to) => text.slice(0, from) + draw.oneOf(RAW_NUMBERS) + text.slice(to),
  (draw, text, from) => text.slice(0, from) + String.fromCharCode(draw.below(256)) + text.slice(from + 1),
  (draw, text, from) => text.slice(0, from) + String.fromCharCode(draw.below(256)) + text.slice(from + 1),
  (draw, text, from) => text.slice(0, from) + draw.oneOf(['{', '}', '[', ']', ':', ',', '"', '\n', ' ', '&a', '*a', '- ', '? ', '!!', '---\n', '%', '|']) + text.slice(from),
  (draw, text, from, to) => text.slice(0, from) + text.slice(from, to).repeat(draw.size(WIDE)).slice(0, LONG) + text.slice(to),
  (draw, text) => text.replace(/\d+/g, (digits) => (draw.chance(0.2) ? draw.oneOf(RAW_NUMBERS) : digits)),
  (draw, text, from) => text.slice(0, from) + draw.oneOf(['[', '{"a":', '- ', '{a: ', '(']).repeat(draw.size(DEEP_TEXT)) + text.slice(from),
] // biome-ignore format: a line for each

/** A text with a piece of it lost, doubled, changed or put in. */
export function mutateText(draw: Draw, text: string): string {
  const from = draw.below(text.length + 1)
  const to = Math.min(text.length, from + draw.size(Math.max(1, text.length - from)))
  return draw.oneOf(TEXT_MUTATIONS)(draw, text, from, to)
}
