import { isJsonObject, type Json } from '../core/json.ts'
import type { ErrorRow, ErrorToken } from '../spec/vocabulary.ts'
import type { RequestProblem } from './problem.ts'
import type { ErrorFacts } from './render-context.ts'

/** What the texts of an error row are filled in with. */
export interface ErrorTexts {
  readonly method: string
  readonly path: string
}

/** The facts of an error answer: a row's texts with their tokens filled in from what was wrong. */
export function errorFacts(
  row: ErrorRow,
  status: number,
  problems: readonly RequestProblem[],
  request: ErrorTexts,
  textOf: (problem: RequestProblem) => string = () => row.fieldText ?? '{reason}',
): ErrorFacts {
  const tokens = tokenValues(problems[0], request)
  return {
    status,
    code: fill(row.code, tokens),
    title: fill(row.title, tokens),
    message: fill(row.message, tokens),
    details:
      row.details === 'fields'
        ? fieldTexts(problems, request, textOf)
        : row.details && fillAll(row.details, tokens),
  }
}

export function errorHeaders(
  row: ErrorRow,
  problems: readonly RequestProblem[],
  request: ErrorTexts,
): Readonly<Record<string, string>> {
  const tokens = tokenValues(problems[0], request)
  return Object.fromEntries(
    Object.entries(row.headers ?? {}).map(([name, text]) => [name, fill(text, tokens) ?? '']),
  )
}

function fieldTexts(
  problems: readonly RequestProblem[],
  request: ErrorTexts,
  textOf: (problem: RequestProblem) => string,
): Json {
  const texts = new Map<string, string>()
  for (const one of problems) {
    const tokens = tokenValues(one, request)
    const name = String(tokens.field) || 'body'
    if (!texts.has(name)) texts.set(name, fill(textOf(one), tokens) ?? '')
  }
  return Object.fromEntries(texts)
}

/** Undefined: there is no such thing, as opposed to a null that was sent. */
type Tokens = Record<ErrorToken, Json | undefined>

function tokenValues(one: RequestProblem | undefined, request: ErrorTexts): Tokens {
  const place = one?.place ?? ''
  return {
    field: place.split('/').findLast((step) => step !== '' && !/^\d+$/.test(step)) ?? '',
    place,
    keyword: one?.keyword ?? '',
    reason: one?.reason ?? '',
    value: one?.value,
    allowed: one?.allowed ?? [],
    limit: one?.limit,
    method: request.method,
    path: request.path,
    scopes: one?.scopes ?? [],
    id: one?.id ?? '',
    contentType: one?.contentType ?? '',
  }
}

/** A text that is one token alone becomes the token's own value, so lists and numbers stay what they are. */
function fillAll(value: Json, tokens: Tokens): Json {
  if (typeof value === 'string') {
    const alone = /^\{(\w+)\}$/.exec(value)?.[1]
    return alone === undefined ? (fill(value, tokens) ?? '') : (tokens[alone as ErrorToken] ?? null)
  }
  if (Array.isArray(value)) return value.map((item: Json) => fillAll(item, tokens))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillAll(item, tokens)]))
}

function fill(text: string | undefined, tokens: Tokens): string | undefined {
  return text?.replace(/\{(\w+)\}/g, (_, token: string) => inWords(tokens[token as ErrorToken]))
}

function inWords(value: Json | undefined): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.map((item: Json) => inWords(item)).join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
