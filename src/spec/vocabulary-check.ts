import type { Json, JsonObject } from '../core/json.ts'
import { suggestion } from '../core/nearest.ts'
import { KEYWORD_PLACES } from './keyword-places.ts'
import { type DocumentNode, NODE_KINDS, walkDocument } from './nodes.ts'
import type { SpecProblem } from './problem.ts'
import { tokenProblems } from './token-check.ts'
import { KEYWORDS, type Keyword } from './vocabulary.ts'
import { type KeywordJudge, loadKeywordJudge } from './vocabulary-schema.ts'

const PREFIX = 'x-mock-'

/** Every `x-mock-*` keyword that is unknown, in the wrong place or badly written. Foreign `x-` keys are ignored. */
export async function vocabularyProblems(document: JsonObject): Promise<readonly SpecProblem[]> {
  const judge = await loadKeywordJudge()
  return [...walkDocument(document)].flatMap((node) => nodeProblems(node, judge))
}

function nodeProblems(node: DocumentNode, judge: KeywordJudge): readonly SpecProblem[] {
  return Object.keys(node.value)
    .filter((key) => key.startsWith(PREFIX))
    .flatMap((key) => {
      const pointer = `${node.pointer}/${key}`
      if (!isKeyword(key)) return [unknownKeyword(key, pointer)]
      if (!KEYWORD_PLACES[key].includes(node.kind)) return [misplaced(key, node, pointer)]
      return valueProblems(key, node.value[key] as Json, pointer, judge)
    })
}

function valueProblems(
  keyword: Keyword,
  value: Json,
  pointer: string,
  judge: KeywordJudge,
): readonly SpecProblem[] {
  const found = judge(keyword, value)
  if (found.length === 0) return tokenProblems(keyword, value, pointer)
  return found.map((complaint) => ({
    code: 'BAD_KEYWORD',
    ...complaint,
    reason: `${keyword} is wrong: ${complaint.reason}`,
    pointer: `${pointer}${complaint.pointer}`,
  }))
}

function unknownKeyword(key: string, pointer: string): SpecProblem {
  return {
    code: 'UNKNOWN_KEYWORD',
    reason: `"${key}" is no keyword`,
    hint: suggestion(key, KEYWORDS),
    pointer,
  }
}

function misplaced(keyword: Keyword, node: DocumentNode, pointer: string): SpecProblem {
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
