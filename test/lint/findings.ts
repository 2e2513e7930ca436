import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parse } from 'yaml'
import { isJsonObject, type Json, toPointer } from '../../src/core/json.ts'
import { documentsIn } from './documents.ts'

/** What a linter says is wrong with a document. */
export interface Finding {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly rule: string
  readonly message: string
  /** Where it is in the document. */
  readonly path: readonly string[]
}

interface Exception {
  readonly rule: string
  /** Why the rule is wrong there. */
  readonly reason: string
  /** The documents are those of the folder: error rows can be shared. */
  readonly isWrong: (finding: Finding, document: Json, documents: readonly Json[]) => boolean
}

const USED_OTHERWISE =
  'The rows of x-mock-errors use responses by their names, not by $ref; and a $ref can lead to a part of a component.'

/** Where a recommended rule is wrong. Whatever is not listed here has to be mended in the document. */
const EXCEPTIONS: readonly Exception[] = [
  {
    rule: 'no-unused-components',
    reason: USED_OTHERWISE,
    isWrong: ({ path }, document, documents) => isUsedByName(path, documents) || isUsedInPart(path, document),
  },
  {
    rule: 'oas3-unused-component',
    reason: USED_OTHERWISE,
    isWrong: ({ path }, document, documents) => isUsedByName(path, documents) || isUsedInPart(path, document),
  },
  {
    rule: 'oas3-schema',
    reason: 'OpenAPI 3.1 lets a path item be a reference, which the schema that the rule goes by leaves out.',
    isWrong: ({ path, message }, document) => {
      const item = path[0] === 'paths' && path.length === 2 ? at(document, path) : undefined
      return (
        message.endsWith('must not have unevaluated properties.') &&
        isJsonObject(item) &&
        Object.keys(item).join() === '$ref'
      )
    },
  },
  {
    rule: 'oas3-operation-security-defined',
    reason: 'OpenAPI 3.1 has roles for schemes of every type; the rule knows the scopes of OAuth 2 alone.',
    isWrong: ({ path, message }, document) => {
      const type = at(document, ['components', 'securitySchemes', path.at(-2) ?? '', 'type'])
      return message.includes('must be listed among scopes') && type !== 'oauth2'
    },
  },
]

/** Those for which a document has to be mended. */
export async function withoutExceptions(findings: readonly Finding[]): Promise<readonly Finding[]> {
  const kept: Finding[] = []
  for (const finding of findings) {
    const exceptions = EXCEPTIONS.filter(({ rule }) => rule === finding.rule)
    if (exceptions.length > 0) {
      const document = await read(finding.file)
      const documents = await Promise.all((await documentsIn(dirname(finding.file))).map(read))
      if (exceptions.some(({ isWrong }) => isWrong(finding, document, documents))) continue
    }
    kept.push(finding)
  }
  return kept
}

/** `openapi/acme.yaml:3:1  #/info  info-contact  Info object must have "contact" object.` */
export function describeFinding({ file, line, column, path, rule, message }: Finding): string {
  return `${file}:${line}:${column}  #${toPointer(path)}  ${rule}  ${message}`
}

async function read(file: string): Promise<Json> {
  return parse(await readFile(file, 'utf8')) as Json
}

function isUsedByName([part, kind, name]: readonly string[], documents: readonly Json[]): boolean {
  if (part !== 'components' || kind !== 'responses' || name === undefined) return false
  return documents.some((document) => namedByRows(document).has(name))
}

function isUsedInPart(path: readonly string[], part: Json): boolean {
  if (typeof part !== 'object' || part === null) return false
  return Object.entries(part).some(
    ([key, inner]: [string, Json]) =>
      (key === '$ref' && typeof inner === 'string' && inner.startsWith(`#${toPointer(path)}/`)) ||
      isUsedInPart(path, inner),
  )
}

/** What every `response` of a document's error rows names. */
function namedByRows(part: Json, names = new Set<string>(), isRow = false): ReadonlySet<string> {
  if (Array.isArray(part)) for (const inner of part) namedByRows(inner, names, isRow)
  else if (isJsonObject(part)) {
    if (isRow && typeof part.response === 'string') names.add(part.response)
    for (const [key, inner] of Object.entries(part))
      namedByRows(inner, names, isRow || key === 'x-mock-errors')
  }
  return names
}

function at(part: Json | undefined, [key, ...rest]: readonly string[]): Json | undefined {
  if (key === undefined) return part
  return isJsonObject(part) ? at(part[key], rest) : undefined
}
