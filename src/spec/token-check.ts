import { isJsonObject, type Json, toPointer } from '../core/json.ts'
import { suggestion } from '../core/nearest.ts'
import { checkSignature } from '../signature/check-signature.ts'
import type { SpecProblem } from './problem.ts'
import { unknownTokens } from './tokens.ts'
import { ERROR_TOKENS, type Keyword, type SignatureKeyword } from './vocabulary.ts'

/** Tokens that cannot be filled in, in the texts of a keyword that its schema accepts. */
export function tokenProblems(keyword: Keyword, value: Json, pointer: string): readonly SpecProblem[] {
  return (CHECKS[keyword]?.(value) ?? []).map((problem) => ({
    code: 'UNKNOWN_TOKEN',
    ...problem,
    pointer: `${pointer}${problem.pointer}`,
  }))
}

type Found = Omit<SpecProblem, 'code'>

const CHECKS: Readonly<Partial<Record<Keyword, (value: Json) => readonly Found[]>>> = {
  'x-mock-errors': (rows) => (rows as readonly Json[]).flatMap((row, index) => rowProblems(row, `/${index}`)),
  'x-mock-signature': (value) =>
    Array.isArray(value)
      ? value.flatMap((scheme: Json, index) => schemeProblems(scheme, `/${index}`))
      : schemeProblems(value, ''),
}

function schemeProblems(scheme: Json, pointer: string): readonly Found[] {
  return checkSignature(scheme as unknown as SignatureKeyword).map((problem) => ({
    reason: problem.message.charAt(0).toLowerCase() + problem.message.slice(1).replace(/\.$/, ''),
    pointer: `${pointer}${problem.pointer}`,
  }))
}

const ROW_TEXTS = ['code', 'title', 'message', 'fieldText', 'headers', 'details'] as const

function rowProblems(row: Json, pointer: string): readonly Found[] {
  const texts = ROW_TEXTS.flatMap((field) =>
    textsWithin(isJsonObject(row) ? row[field] : undefined, `${pointer}/${field}`),
  )
  return texts.flatMap(([at, text]) =>
    unknownTokens(text, ERROR_TOKENS).map((token) => ({
      reason: `{${token}} is not filled in here`,
      hint: suggestion(token, ERROR_TOKENS),
      pointer: at,
    })),
  )
}

function textsWithin(
  value: Json | undefined,
  pointer: string,
): readonly (readonly [pointer: string, text: string])[] {
  if (typeof value === 'string') return [[pointer, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => textsWithin(inner, `${pointer}${toPointer([key])}`))
}
