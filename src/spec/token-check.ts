import { isJsonObject, type Json, toPointer } from '../core/json.ts'
import { suggestion } from '../core/nearest.ts'
import type { SpecProblem } from './problem.ts'
import { unknownTokens } from './tokens.ts'
import { ERROR_TOKENS, type Keyword, SIGNATURE_TOKENS } from './vocabulary.ts'

interface Text {
  readonly pointer: string
  readonly text: string
  readonly known: readonly string[]
}

/** Tokens that are not filled in, in the texts of a keyword that its schema accepts. */
export function tokenProblems(keyword: Keyword, value: Json, pointer: string): readonly SpecProblem[] {
  const texts = TEXTS[keyword]?.(value) ?? []
  return texts.flatMap((text) =>
    unknownTokens(text.text, text.known).map((token) => ({
      code: 'UNKNOWN_TOKEN',
      reason: `{${token}} is not filled in here`,
      hint: suggestion(token, text.known),
      pointer: `${pointer}${text.pointer}`,
    })),
  )
}

const TEXTS: Readonly<Partial<Record<Keyword, (value: Json) => readonly Text[]>>> = {
  'x-mock-errors': (rows) => (rows as readonly Json[]).flatMap((row, index) => rowTexts(row, `/${index}`)),
  'x-mock-signature': (value) =>
    Array.isArray(value)
      ? value.flatMap((scheme: Json, index) => schemeTexts(scheme, `/${index}`))
      : schemeTexts(value, ''),
}

const ROW_TEXTS = ['code', 'title', 'message', 'fieldText', 'headers', 'details'] as const

function rowTexts(row: Json, pointer: string): readonly Text[] {
  return ROW_TEXTS.flatMap((field) => textsWithin(child(row, field), `${pointer}/${field}`, ERROR_TOKENS))
}

/** What is signed cannot hold its own digest; one signature cannot hold all of them. */
const SCHEME_TEXTS = {
  content: SIGNATURE_TOKENS.filter((token) => token !== 'digest' && token !== 'signatures'),
  item: SIGNATURE_TOKENS.filter((token) => token !== 'signatures'),
  headers: SIGNATURE_TOKENS,
} as const

function schemeTexts(scheme: Json, pointer: string): readonly Text[] {
  return Object.entries(SCHEME_TEXTS).flatMap(([field, known]) =>
    textsWithin(child(scheme, field), `${pointer}/${field}`, known),
  )
}

function textsWithin(value: Json | undefined, pointer: string, known: readonly string[]): readonly Text[] {
  if (typeof value === 'string') return [{ pointer, text: value, known }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    textsWithin(inner as Json, `${pointer}${toPointer([key])}`, known),
  )
}

function child(value: Json, field: string): Json | undefined {
  return isJsonObject(value) ? value[field] : undefined
}
