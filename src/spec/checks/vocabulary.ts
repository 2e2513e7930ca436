import { isJsonObject, type Json, type JsonObject, toPointer } from '../../core/json.ts'
import { suggestion } from '../../core/text.ts'
import { below, type Issue, issue } from '../../schema/issue.ts'
import { type DocumentNode, walkDocument } from '../document.ts'
import {
  ERROR_TOKENS,
  FAILURE_TOKENS,
  KEYWORD_PLACES,
  KEYWORDS,
  type Keyword,
  NODE_KINDS,
  type SignatureKeyword,
} from '../vocabulary.ts'
import { type KeywordValidators, loadKeywordValidators } from '../vocabulary-schema.ts'
import { signatureIssues } from './signature.ts'

const PREFIX = 'x-mock-'

/** Every `x-mock-*` keyword that is unknown, in the wrong place or badly written. Foreign `x-` keys are ignored. */
export async function vocabularyIssues(document: JsonObject): Promise<readonly Issue[]> {
  const validators = await loadKeywordValidators()
  return [...walkDocument(document)].flatMap((node) =>
    Object.keys(node.value)
      .filter((key) => key.startsWith(PREFIX))
      .flatMap((key) => below(toPointer([...node.steps, key]), keywordIssues(node, key, validators))),
  )
}

function keywordIssues(node: DocumentNode, key: string, validators: KeywordValidators): readonly Issue[] {
  if (!isKeyword(key))
    return [issue('', `"${key}" is no keyword`, suggestion(key, KEYWORDS), 'UNKNOWN_KEYWORD')]
  if (!KEYWORD_PLACES[key].includes(node.kind)) return [misplaced(key, node)]
  const value = node.value[key] as Json
  const issues = validators[key](value)
  if (issues.length > 0)
    return issues.map((one) => ({ ...one, code: 'BAD_KEYWORD', reason: `${key} is wrong: ${one.reason}` }))
  return tokenIssues(key, value).map((one) => ({ ...one, code: 'UNKNOWN_TOKEN' }))
}

function isKeyword(key: string): key is Keyword {
  return KEYWORDS.some((keyword) => keyword === key)
}

function misplaced(keyword: Keyword, { kind }: DocumentNode): Issue {
  const places = KEYWORD_PLACES[keyword].map((place) => NODE_KINDS[place])
  const here = kind === 'other' ? 'here' : `on ${NODE_KINDS[kind]}`
  const hint = `Put it on ${places.join(' or ')}.`
  return issue('', `${keyword} does not belong ${here}`, hint, 'MISPLACED_KEYWORD')
}

/** Tokens that cannot be filled in, in the texts of a keyword that its schema accepts. */
function tokenIssues(keyword: Keyword, value: Json): readonly Issue[] {
  const parts = [value].flat() as readonly Json[]
  const at = (index: number) => (Array.isArray(value) ? `/${index}` : '')
  if (keyword === 'x-mock-errors')
    return parts.flatMap((row, i) => below(at(i), textIssues(row, ROW_TEXTS, ERROR_TOKENS)))
  if (keyword === 'x-mock-value') return textIssues(value, ['words'], FAILURE_TOKENS)
  if (keyword !== 'x-mock-signature') return []
  return parts.flatMap((scheme, i) => below(at(i), signatureIssues(scheme as unknown as SignatureKeyword)))
}

const ROW_TEXTS = ['code', 'title', 'message', 'fieldText', 'headers', 'details'] as const

/** `{token}` in a text; other braces are text. */
const TOKEN = /\{([A-Za-z_][\w.:-]*)\}/g

function textIssues(holder: Json, fields: readonly string[], known: readonly string[]): readonly Issue[] {
  if (!isJsonObject(holder)) return []
  const texts = fields.flatMap((field) => textsWithin(holder[field], `/${field}`))
  return texts.flatMap(([pointer, text]) =>
    [...text.matchAll(TOKEN)]
      .map(([, token = '']) => token)
      .filter((token) => !known.includes(token))
      .map((token) => issue(pointer, `{${token}} is not filled in here`, suggestion(token, known))),
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
