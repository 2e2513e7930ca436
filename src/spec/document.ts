import { readFile } from 'node:fs/promises'
import type { LineCounter, Node, visit, Document as YamlDocument } from 'yaml'
import { describeError, type Location, MockError } from '../core/errors.ts'
import {
  atPointer,
  isJsonObject,
  isObject,
  type Json,
  type JsonObject,
  pointerSteps,
  toPointer,
} from '../core/json.ts'
/** One thing that is wrong with a document, at a place of it. */
export interface SpecProblem {
  readonly code: string
  /** Ends the sentence `Failed to load the provider document: …`; without a full stop. */
  readonly reason: string
  readonly hint?: string
  readonly pointer: string
}

/** A text that problems are found in: a provider document or an accounts file. */
interface Located {
  /** `the provider document`, `the accounts`. */
  readonly what: string
  readonly locate: (pointer: string) => Location
}

/** In the order of the file, each problem once. */
export function toErrors(source: Located, problems: readonly SpecProblem[]): readonly MockError[] {
  const errors = problems.map(
    ({ code, reason, hint, pointer }) =>
      new MockError('input', code, `Failed to load ${source.what}: ${reason}.`, {
        location: source.locate(pointer),
        ...(hint === undefined ? {} : { hint }),
      }),
  )
  const seen = new Set<string>()
  const once = errors.filter((error) => {
    const text = describeError(error)
    return seen.has(text) ? false : seen.add(text)
  })
  return once.sort((a, b) => position(a) - position(b))
}

/** The first error, with the others listed in its hint. Nothing is thrown for an empty list. */
export function throwAll(errors: readonly MockError[]): void {
  const [first, ...rest] = errors
  if (first === undefined) return
  if (rest.length === 0) throw first
  const more = `${rest.length} more ${rest.length === 1 ? 'problem' : 'problems'}:`
  const lines = [more, ...rest.map((error) => `  ${describeError(error)}`)]
  throw new MockError('input', first.code, first.summary, {
    hint: [...(first.hint === undefined ? [] : [first.hint]), ...lines].join('\n'),
    ...(first.location === undefined ? {} : { location: first.location }),
    cause: new AggregateError(errors, `${errors.length} problems`),
  })
}

function position(error: MockError): number {
  return (error.location?.line ?? 0) * 10_000 + (error.location?.column ?? 0)
}

const MOST_JUMPS = 50

/** The pointer with which the document itself names what a pointer leads to through local `$ref`s. */
export function followReferences(document: Json, pointer: string): string {
  let path: readonly string[] = []
  let jumps = 0
  const jump = (step?: string) => {
    for (;;) {
      const here = atPointer(document, toPointer(path))
      if (!isJsonObject(here) || (step !== undefined && Object.hasOwn(here, step))) return
      const target = here.$ref
      if (typeof target !== 'string' || !target.startsWith('#/') || jumps++ > MOST_JUMPS) return
      path = pointerSteps(decode(target))
    }
  }
  for (const step of pointerSteps(pointer)) {
    jump(step)
    path = [...path, step]
  }
  jump()
  return toPointer(path)
}

interface Reference {
  readonly pointer: string
  readonly target: string
}

/** Every `$ref` that leads out of the document, nowhere, or round in a circle. */
export function referenceProblems(document: JsonObject): readonly SpecProblem[] {
  const references = [...findReferences(document, [])]
  const broken = references.flatMap((reference) => brokenReference(document, reference))
  return broken.length > 0 ? broken : circles(references)
}

function brokenReference(document: JsonObject, { pointer, target }: Reference): readonly SpecProblem[] {
  if (!target.startsWith('#/') && target !== '#')
    return [
      {
        code: 'EXTERNAL_REFERENCE',
        reason: `"${target}" leads out of the document`,
        hint: 'Only references within the document (#/components/…) are followed; bundle it into one file first.',
        pointer,
      },
    ]
  if (atPointer(document, decode(target)) !== undefined) return []
  return [{ code: 'BROKEN_REFERENCE', reason: `"${target}" names nothing in the document`, pointer }]
}

/** A reference is in a circle when what it leads to contains, through any references, the reference itself. */
function circles(references: readonly Reference[]): readonly SpecProblem[] {
  const below = (pointer: string) => references.filter((other) => within(other.pointer, pointer))
  const problems: SpecProblem[] = []
  for (const reference of references) {
    const path = wayBack(reference, below)
    if (path === undefined) continue
    problems.push({
      code: 'CIRCULAR_REFERENCE',
      reason: `"${reference.target}" is a circular reference (${path.join(' → ')})`,
      hint: 'Bodies are rendered from their schemas, so a schema must not contain itself; write a fixed depth instead.',
      pointer: reference.pointer,
    })
  }
  return problems
}

function wayBack(
  start: Reference,
  below: (pointer: string) => readonly Reference[],
): readonly string[] | undefined {
  const seen = new Set<string>()
  let paths: readonly (readonly Reference[])[] = [[start]]
  while (paths.length > 0) {
    const next: (readonly Reference[])[] = []
    for (const path of paths) {
      const target = decode((path.at(-1) as Reference).target)
      if (within(start.pointer, target)) return path.map((step) => step.target)
      if (seen.has(target)) continue
      seen.add(target)
      next.push(...below(target).map((reference) => [...path, reference]))
    }
    paths = next
  }
  return undefined
}

function* findReferences(value: Json | undefined, steps: readonly string[]): Generator<Reference> {
  if (!isObject(value) && !Array.isArray(value)) return
  const isMapOfNames = NAMED.has(steps.at(-1) ?? '')
  for (const [key, inner] of Object.entries(value)) {
    const below = [...steps, key]
    if (key === '$ref' && typeof inner === 'string' && !isMapOfNames)
      yield { pointer: toPointer(below), target: inner }
    else if (isMapOfNames || !(DATA.has(key) || key.startsWith('x-')))
      yield* findReferences(inner as Json, below)
  }
}

/** Keys whose maps hold names of the author's choice. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'schemas', 'headers', 'responses'])

const DATA = new Set(['example', 'default', 'const', 'enum', 'value'])

function within(pointer: string, parent: string): boolean {
  return pointer === parent || pointer.startsWith(`${parent}/`)
}

function decode(target: string): string {
  try {
    return decodeURIComponent(target.slice(1))
  } catch {
    return target.slice(1)
  }
}

interface Found {
  readonly node: Node | null
  readonly offset: number
}

/** The offset where what a JSON pointer names begins: its key in a map, itself in a list, else its nearest parent's. */
function startOf(document: YamlDocument, pointer: string): number {
  let here: Found = { node: document.contents as Node | null, offset: 0 }
  for (const step of pointerSteps(pointer)) {
    const next = child(document, here.node, step)
    if (next === undefined) return here.offset
    here = next
  }
  return here.offset
}

/** The offset of the first alias that leads nowhere; else of the first alias; 0 where there is none. */
function looseAlias(document: YamlDocument, walk: typeof visit): number {
  const aliases: { readonly offset: number; readonly isLoose: boolean }[] = []
  walk(document, {
    Alias(_, node) {
      aliases.push({ offset: node.range?.[0] ?? 0, isLoose: node.resolve(document) === undefined })
    },
  })
  return (aliases.find(({ isLoose }) => isLoose) ?? aliases[0])?.offset ?? 0
}

function child(document: YamlDocument, node: Node | null, step: string): Found | undefined {
  const items = (resolved(document, node) as { items?: unknown } | null)?.items
  if (!Array.isArray(items)) return undefined
  const pair = items.find((item) => isPair(item) && textOf(item.key) === step)
  if (pair !== undefined) return { node: pair.value, offset: pair.key.range?.[0] ?? 0 }
  const item = items.some(isPair) ? undefined : (items[Number(step)] as Node | undefined)
  return item === undefined ? undefined : { node: item, offset: item.range?.[0] ?? 0 }
}

function resolved(document: YamlDocument, node: Node | null): Node | null {
  const alias = node as { resolve?: (document: YamlDocument) => Node | undefined } | null
  return typeof alias?.resolve === 'function' ? (alias.resolve(document) ?? null) : node
}

function textOf(node: Node | null): string | undefined {
  const value = (node as { value?: unknown } | null)?.value
  return value === undefined || value === null ? undefined : String(value)
}

function isPair(item: unknown): item is { key: Node; value: Node | null } {
  return typeof item === 'object' && item !== null && 'key' in item
}

/** A YAML (or JSON) file as it is written, before anything in it is judged. */
export interface Document extends Located {
  readonly file: string
  readonly value: JsonObject
  /** File, line and column of what a JSON pointer names, through local `$ref`s; of the nearest parent where it is absent. */
  readonly locate: (pointer: string) => Location
}

/**
 * Reads YAML 1.2 strictly: a duplicate key, an unknown tag or an alias without anchor is an error.
 * @throws MockError of kind input, with file, line and column, for a file that cannot be read or parsed
 */
export async function readDocument(file: string, what = 'the provider document'): Promise<Document> {
  return parseYaml(file, await readText(file, what), what, isJsonObject, 'an object')
}

/** As {@link readDocument}, for a file that holds a list. */
export async function readList(
  file: string,
  what: string,
): Promise<Located & { readonly value: readonly Json[] }> {
  return parseYaml(file, await readText(file, what), what, isList, 'a list')
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch (cause) {
    const reason = READ_REASONS[(cause as NodeJS.ErrnoException).code ?? ''] ?? NO_TEXT
    throw new MockError('input', 'UNREADABLE_FILE', `Failed to load ${what}: ${reason}.`, {
      hint: reason === NO_TEXT ? 'Save it as UTF-8.' : 'Name an existing YAML or JSON file.',
      location: { file },
      cause,
    })
  }
}

const NO_TEXT = 'it cannot be read as UTF-8 text'

const READ_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not allowed',
}

async function parseYaml<Value extends Json>(
  file: string,
  text: string,
  what: string,
  fits: (value: Json) => value is Value,
  shape: string,
) {
  const { LineCounter, parseDocument, visit } = await import('yaml')
  const lines = new LineCounter()
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true })
  throwAll(
    [...yaml.errors, ...yaml.warnings].map(
      (error) =>
        new MockError('input', 'BAD_YAML', `Failed to load ${what}: ${yamlReason(error, text)}.`, {
          location: { file, ...positionAt(lines, error.pos[0]) },
        }),
    ),
  )
  const value = toJson(yaml, what, () => ({ file, ...positionAt(lines, looseAlias(yaml, visit)) }))
  if (!fits(value))
    throw new MockError('input', 'BAD_YAML', `Failed to load ${what}: it does not hold ${shape}.`, {
      location: { file },
    })
  const locate = (pointer: string): Location => {
    const real = followReferences(value, pointer)
    const position = positionAt(lines, startOf(yaml, real))
    return { file, ...position, ...(real === '' ? {} : { pointer: real }) }
  }
  return { file, what, value, locate }
}

function toJson(yaml: YamlDocument, what: string, where: () => Location): Json {
  try {
    return yaml.toJS() as Json
  } catch (cause) {
    const reason = yamlReason(cause as Error)
    throw new MockError('input', 'BAD_YAML', `Failed to load ${what}: ${reason}.`, {
      location: where(),
      cause,
    })
  }
}

/** What the parser says to programmers, as people who wrote the file would put it. */
const YAML_REASONS: readonly (readonly [said: RegExp, reason: string | ((key: string) => string)])[] = [
  [/^Map keys must be unique/, (key) => `the key ${key} stands there twice`],
  [/multiple documents/, 'it holds several documents, and "---" begins another one'],
  [/^Maximum call stack/, 'it is nested too deeply'],
  [/^Excessive alias count/, 'its aliases stand for more than anybody could read'],
]

function yamlReason(
  { message, pos }: Error & { readonly pos?: readonly [number, number] },
  text = '',
): string {
  const known = YAML_REASONS.find(([said]) => said.test(message))?.[1]
  if (typeof known === 'string') return known
  const [, key] = /^(".+?"|'.+?'|[^:\s]+)\s*:/.exec(text.slice(pos?.[0])) ?? []
  if (known !== undefined && key !== undefined) return known(/^["']/.test(key) ? key : `"${key}"`)
  const first = message.replace(/\s+/g, ' ').replace(/[.:]?$/, '')
  return first.charAt(0).toLowerCase() + first.slice(1)
}

function positionAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
