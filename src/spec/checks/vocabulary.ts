import { isJsonObject, type Json, type JsonObject, toPointer } from '../../core/json.ts'
import { suggestion } from '../../core/text.ts'
import type { Issue } from '../../schema/issue.ts'
import type { Validator } from '../../schema/validate.ts'
import { checkSignature } from '../../signature/sign.ts'
import { type DocumentNode, KEYWORD_PLACES, NODE_KINDS, walkDocument } from '../nodes.ts'
import { ERROR_TOKENS, KEYWORDS, type Keyword, type SignatureKeyword } from '../vocabulary.ts'
import { type KeywordValidators, loadKeywordValidators } from '../vocabulary-schema.ts'

/** `{token}` in a text; other braces are text. */
const TOKEN = /\{([A-Za-z_][\w.:-]*)\}/g

/** The tokens of a text that are not among those known, in order. */
function unknownTokens(text: string, known: readonly string[]): readonly string[] {
  return [...text.matchAll(TOKEN)]
    .map((match) => match[1] as string)
    .filter((token) => !known.includes(token))
}

/** Tokens that cannot be filled in, in the texts of a keyword that its schema accepts. */
function tokenProblems(keyword: Keyword, value: Json, pointer: string): readonly Issue[] {
  return (CHECKS[keyword]?.(value) ?? []).map((problem) => ({
    code: 'UNKNOWN_TOKEN',
    ...problem,
    pointer: `${pointer}${problem.pointer}`,
  }))
}

type Found = Omit<Issue, 'code'>

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

const PREFIX = 'x-mock-'

/** Every `x-mock-*` keyword that is unknown, in the wrong place or badly written. Foreign `x-` keys are ignored. */
export async function vocabularyProblems(document: JsonObject): Promise<readonly Issue[]> {
  const validators = await loadKeywordValidators()
  return [...walkDocument(document)].flatMap((node) => nodeProblems(node, validators))
}

function nodeProblems(node: DocumentNode, validators: KeywordValidators): readonly Issue[] {
  return Object.keys(node.value)
    .filter((key) => key.startsWith(PREFIX))
    .flatMap((key) => {
      const pointer = `${node.pointer}/${key}`
      if (!isKeyword(key)) return [unknownKeyword(key, pointer)]
      if (!KEYWORD_PLACES[key].includes(node.kind)) return [misplaced(key, node, pointer)]
      return valueProblems(key, node.value[key] as Json, pointer, validators[key])
    })
}

function valueProblems(
  keyword: Keyword,
  value: Json,
  pointer: string,
  validate: Validator,
): readonly Issue[] {
  const found = validate(value)
  if (found.length === 0) return tokenProblems(keyword, value, pointer)
  return found.map((complaint) => ({
    code: 'BAD_KEYWORD',
    ...complaint,
    reason: `${keyword} is wrong: ${complaint.reason}`,
    pointer: `${pointer}${complaint.pointer}`,
  }))
}

function unknownKeyword(key: string, pointer: string): Issue {
  return {
    code: 'UNKNOWN_KEYWORD',
    reason: `"${key}" is no keyword`,
    hint: suggestion(key, KEYWORDS),
    pointer,
  }
}

function misplaced(keyword: Keyword, node: DocumentNode, pointer: string): Issue {
  const places = KEYWORD_PLACES[keyword].map((kind) => NODE_KINDS[kind])
  return {
    code: 'MISPLACED_KEYWORD',
    reason: `${keyword} does not belong ${node.kind === 'other' ? 'here' : `on ${NODE_KINDS[node.kind]}`}`,
    hint: `Put it on ${places.join(' or ')}.`,
    pointer,
  }
}

function isKeyword(key: string): key is Keyword {
  return (KEYWORDS as readonly string[]).includes(key)
}
