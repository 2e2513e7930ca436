import type { Json } from './json.ts'

// JavaScript keeps a number as 64 bits, and writes it in its own way: 9007199254740993 becomes 9007199254740992, 1e999
// becomes Infinity, which JSON writes as null, and 1.0 becomes 1. What is to arrive as it was written must not.

/** JSON with integers of any length. */
export type ExactJson =
  | Json
  | bigint
  | readonly ExactJson[]
  | {
      readonly [key: string]: ExactJson
    }

/** JSON text with every digit of its integers, and the nearest that JavaScript's numbers can say. */
export function written(value: ExactJson): { readonly text: string; readonly value: Json } {
  try {
    return { text: JSON.stringify(value), value: value as Json }
  } catch (error) {
    // It has a bigint; to look for one first would take longer than to write it.
    if (!(error instanceof TypeError)) throw error
    return { text: textOf(value), value: rounded(value) }
  }
}

function textOf(value: ExactJson): string {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}:${textOf(inner)}`)
    .join(',')}}`
}

function rounded(value: ExactJson): Json {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(rounded)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]))
}

/** A number that is not kept as it is written. */
export interface ChangedNumber {
  readonly written: string
  /** What JSON.stringify makes of it. */
  readonly becomes: string
  /** Whether that is another number. */
  readonly isOther: boolean
}

/**
 * @param written in JSON's notation, or in another one that YAML has, such as 0x1F, .5 or 010
 * @param value what was read
 */
export function changedNumber(written: string, value = Number(written)): ChangedNumber | undefined {
  const becomes = JSON.stringify(value)
  if (becomes === written) return undefined
  const isDecimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(written)
  const isOther =
    !Number.isFinite(value) || (isDecimal ? plain(written) !== plain(becomes) : !Number.isSafeInteger(value))
  return { written, becomes, isOther }
}

/** The same text for all ways to write a number: sign, digits without zeros around them, power of ten. */
function plain(text: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^([-+]?)0*(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(text) ?? []
  const all = `${whole}${fraction}`
  const start = firstOther(all, 0, 1)
  if (start === all.length) return '0'
  const end = firstOther(all, all.length - 1, -1) + 1
  const exponent = Number(power) - fraction.length + (all.length - end)
  return `${sign === '-' ? '-' : ''}${all.slice(start, end)}e${exponent}`
}

/** Where the zeros of a text end. */
function firstOther(digits: string, from: number, step: 1 | -1): number {
  let at = from
  while (digits[at] === '0') at += step
  return at
}

/** A changed number, and where in a text it begins, from 1. */
export interface PlacedNumber extends ChangedNumber {
  readonly line: number
  readonly column: number
}

const NUMBER = /-?\d[\d.eE+-]*/y

/** The first number of a JSON text that is not kept, of those that `matters` chooses. */
export function changedNumberIn(
  json: string,
  matters: (number: ChangedNumber) => boolean = () => true,
): PlacedNumber | undefined {
  for (let at = 0; at < json.length; ) {
    const character = json[at] as string
    if (character === '"') at = stringEnd(json, at)
    else if (character === '-' || (character >= '0' && character <= '9')) {
      NUMBER.lastIndex = at
      const written = NUMBER.exec(json)?.[0] ?? character
      const changed = changedNumber(written)
      if (changed !== undefined && matters(changed)) return { ...changed, ...placeOf(json, at) }
      at += written.length
    } else at++
  }
  return undefined
}

function stringEnd(json: string, start: number): number {
  let at = start + 1
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at + 1
}

function placeOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at)
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') }
}

/** `9007199254740993 would become 9007199254740992` */
export function numberReason({ written, becomes }: ChangedNumber): string {
  return `the number ${shortNumber(written)} would become ${shortNumber(becomes)}`
}

/** What to write in place of a number. */
export function numberHint({ written, becomes, isOther }: ChangedNumber): string {
  return isOther
    ? 'Write a string. To send these very digits, sign the bytes of a body with "hookproof sign".'
    : `Write ${shortNumber(becomes)}, or "${shortNumber(written)}" for a string.`
}

function shortNumber(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
