import { negotiate } from '../contract/media-types.ts'
import { isJsonObject, type Json } from '../core/json.ts'
import { shorten } from '../core/text.ts'
import type { ErrorFacts } from '../event/value-sources.ts'
import type { MediaSchema, Operation, Provider, ResponseTemplate } from '../spec/provider.ts'
import type { ErrorRow, ErrorToken, Problem } from '../spec/vocabulary.ts'
import { type ApiRequest, type MockParts, type RequestProblem, renderContext } from './context.ts'
import { type Answer, renderAnswer } from './render.ts'

// The error answers of a provider's API: which error row of its document answers a request, and with what texts.

interface RequestLine {
  readonly method: string
  readonly path: string
}

/** The facts of an error answer: a row's texts with their tokens filled in from what was wrong. */
export function errorFacts(
  row: ErrorRow,
  status: number,
  problems: readonly RequestProblem[],
  request: RequestLine,
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
  request: RequestLine,
): Readonly<Record<string, string>> {
  const tokens = tokenValues(problems[0], request)
  return Object.fromEntries(
    Object.entries(row.headers ?? {}).map(([name, text]) => [name, fill(text, tokens) ?? '']),
  )
}

function fieldTexts(
  problems: readonly RequestProblem[],
  request: RequestLine,
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

/** The values of the tokens in an error row's texts; undefined: there is none, while null is a value that was sent. */
type Tokens = Record<ErrorToken, Json | undefined>

function tokenValues(problem: RequestProblem | undefined, request: RequestLine): Tokens {
  const place = problem?.place ?? ''
  return {
    field: place.split('/').findLast((step) => step !== '' && !/^\d+$/.test(step)) ?? '',
    place,
    keyword: problem?.keyword ?? '',
    reason: problem?.reason ?? '',
    value: problem?.value,
    allowed: problem?.allowed ?? [],
    limit: problem?.limit,
    method: request.method,
    path: request.path,
    scopes: problem?.scopes ?? [],
    id: problem?.id ?? '',
    contentType: problem?.contentType ?? '',
  }
}

/** A text that is one token alone becomes the token's own value, so lists and numbers stay what they are. */
function fillAll(value: Json, tokens: Tokens): Json {
  if (typeof value === 'string') {
    const alone = /^\{(\w+)\}$/.exec(value)?.[1]
    return alone === undefined ? (fill(value, tokens) ?? '') : quoted(tokens[alone as ErrorToken] ?? null)
  }
  if (Array.isArray(value)) return value.map((item: Json) => fillAll(item, tokens))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillAll(item, tokens)]))
}

function fill(text: string | undefined, tokens: Tokens): string | undefined {
  return text?.replace(/\{(\w+)\}/g, (_, token: string) => tokenText(tokens[token as ErrorToken]))
}

/** Answers quote what was sent, which may be as long as the body. */
const LONGEST_QUOTE = 10_000

function tokenText(value: Json | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return shorten(value, LONGEST_QUOTE)
  const text = Array.isArray(value)
    ? value.map((item: Json) => tokenText(item)).join(', ')
    : JSON.stringify(value)
  return shorten(text, LONGEST_QUOTE)
}

/** A value as it was sent, unless it is too long to be quoted. */
function quoted(value: Json): Json {
  const text = JSON.stringify(value)
  return text.length > LONGEST_QUOTE ? shorten(text, LONGEST_QUOTE) : value
}

/** Whether a row is for this problem of a request with this `Accept`. */
function rowFits(row: ErrorRow, { problem, place, keyword }: RequestProblem, accept: string): boolean {
  return (
    asList(row.when).includes(problem) &&
    (row.at === undefined || placeFits(row.at, place)) &&
    (row.keyword === undefined || (keyword !== undefined && asList(row.keyword).includes(keyword))) &&
    acceptFits(row, accept)
  )
}

/** Whether a row is for requests with this `Accept`. */
export function acceptFits(row: Pick<ErrorRow, 'accept'>, accept: string): boolean {
  return row.accept === undefined || mediaRanges(accept).includes(row.accept)
}

/** How the error rows of a document treat the problems of a request. */
interface MatchedRows {
  /** The row that refuses the request, and the problems that it answers. */
  readonly refused: {
    readonly row: ErrorRow | undefined
    readonly problems: readonly RequestProblem[]
  } | null
  readonly accepted: readonly RequestProblem[]
  readonly clamped: readonly RequestProblem[]
}

/** The first row that fits any of the problems decides, once those that a row accepts or clamps are set aside. */
export function matchRows(
  rows: readonly ErrorRow[],
  problems: readonly RequestProblem[],
  accept: string,
): MatchedRows {
  const byAction = {
    refuse: [] as RequestProblem[],
    accept: [] as RequestProblem[],
    clamp: [] as RequestProblem[],
  }
  for (const one of problems)
    byAction[rows.find((row) => rowFits(row, one, accept))?.do ?? 'refuse'].push(one)
  const row = rows.find((candidate) => byAction.refuse.some((one) => rowFits(candidate, one, accept)))
  const answered = byAction.refuse.filter(
    (one) => row === undefined || asList(row.when).includes(one.problem),
  )
  const first = answered.find((one) => row !== undefined && rowFits(row, one, accept))
  return {
    refused:
      byAction.refuse.length === 0
        ? null
        : {
            row,
            problems: first === undefined ? answered : [first, ...answered.filter((one) => one !== first)],
          },
    accepted: byAction.accept,
    clamped: byAction.clamp,
  }
}

/** The text about one field among several: that of the first row that fits it and lists fields. */
function fieldTextFor(rows: readonly ErrorRow[], one: RequestProblem, accept: string): string {
  return rows.find((row) => row.details === 'fields' && rowFits(row, one, accept))?.fieldText ?? '{reason}'
}

function placeFits(pattern: string, place: string): boolean {
  const wanted = pattern.toLowerCase().split('/')
  const found = place.toLowerCase().split('/')
  return wanted.length === found.length && wanted.every((step, i) => step === '*' || step === found[i])
}

function mediaRanges(accept: string): readonly string[] {
  return accept.split(',').map((range) => (range.split(';')[0] ?? '').trim().toLowerCase())
}

function asList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T]
}

/** Tokens that need nothing to be wrong with a request. */
const ALWAYS_FILLED: ReadonlySet<string> = new Set<ErrorToken>(['method', 'path', 'scopes'])

/**
 * The row that has the words for a status that a fault asks for: one for faults, else the one for a provider that cannot
 * go on, else the first that can occur at the operation and needs no more of a request than every one has.
 */
export function rowOfStatus(operation: Operation, status: number, accept: string): ErrorRow | undefined {
  const rows = operation.errors.filter((row) => row.status === status && acceptFits(row, accept))
  const isFor = (name: Problem) => (row: ErrorRow) => asList(row.when).includes(name)
  return (
    rows.find(isFor('fault')) ??
    rows.find(isFor('unavailable')) ??
    rows.find(
      (row) =>
        asList(row.when).some((name) => operation.problems.includes(name)) &&
        row.at === undefined &&
        row.keyword === undefined &&
        isFilledAlways(row),
    )
  )
}

function isFilledAlways({ code, title, message, headers, details }: ErrorRow): boolean {
  if (details === 'fields') return false
  const texts = JSON.stringify([code, title, message, headers, details])
  return [...texts.matchAll(/\{(\w+)\}/g)].every(([, token = '']) => ALWAYS_FILLED.has(token))
}

/** The provider's own answer to a request with these problems, as its first error row that fits has it. */
export function refuse(
  parts: Pick<MockParts, 'clock' | 'feed'>,
  provider: Provider,
  operation: Operation | null,
  request: ApiRequest,
  problems: readonly RequestProblem[],
): Answer {
  const rows = operation?.errors ?? provider.errors
  const { accept, ownPath, message } = request
  const { refused } = matchRows(rows, problems, accept)
  const { row, problems: answered } = refused ?? { row: undefined, problems }
  const template = row && templateFor(provider, operation, row)
  if (row?.status === undefined || template === undefined) return undeclared(parts, answered)
  const texts = { method: message.method, path: ownPath }
  const textOf = (one: RequestProblem) => fieldTextFor(rows, one, accept)
  const error = errorFacts(row, row.status, answered, texts, textOf)
  const content = acceptedContent(template.contents, row.mediaType, accept)
  const context = { ...renderContext(parts, request, operation), error }
  const headers = errorHeaders(row, answered, texts)
  return renderAnswer({ ...template, status: row.status }, content, context, undefined, headers)
}

/** The content with this media type; without one, the content that the client likes best. */
export function acceptedContent(
  contents: readonly MediaSchema[],
  wanted: string | undefined,
  accept: string,
): MediaSchema | undefined {
  const chosen =
    wanted ??
    negotiate(
      accept,
      contents.map(({ mediaType }) => mediaType),
    )
  return contents.find(({ mediaType }) => mediaType === chosen) ?? contents[0]
}

function templateFor(
  provider: Provider,
  operation: Operation | null,
  { status, response }: ErrorRow,
): Omit<ResponseTemplate, 'status'> | undefined {
  const declared = status === undefined ? undefined : operation?.responses.get(status)
  return declared ?? (response === undefined ? undefined : provider.responses.get(response))
}

/**
 * The document has no row for this: what is missing, only the person at the keyboard learns. The contract engine reports
 * the undeclared answer as the mock's own violation.
 */
function undeclared({ feed }: Pick<MockParts, 'feed'>, [first]: readonly RequestProblem[]): Answer {
  const what = `${first?.problem ?? 'unknown'} ${first?.place ?? ''}`.trim()
  const reason = first?.reason === undefined ? '' : ` (${first.reason})`
  feed.publish({ type: 'notice', text: `The provider's document has no error row for: ${what}${reason}` })
  return {
    status: 500,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ error: 'Internal Server Error' }),
  }
}
