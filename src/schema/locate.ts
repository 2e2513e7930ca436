import { readFile } from 'node:fs/promises'
import type { LineCounter, Node, visit, YAMLError, Document as YamlDocument } from 'yaml'
import { type Location, MockError } from '../core/errors.ts'
import { atPointer, isJsonObject, type Json, type JsonObject, pointerSteps, toPointer } from '../core/json.ts'

import { type ChangedNumber, changedNumber } from '../core/number-text.ts'
import { type Issue, issue, MOST_ISSUES, type Subject, throwAll, toErrors } from './issue.ts'

/** A YAML or JSON file as it is written, before anything in it is validated. */
export interface Document<Value extends Json = JsonObject> extends Subject {
  readonly file: string
  readonly value: Value
  /** File, line and column of what a JSON pointer names, through local `$ref`s; of the nearest parent where it is absent. */
  readonly locate: (pointer: string) => Location
  /** The numbers that are not kept as they are written. */
  readonly changedNumbers: () => readonly (ChangedNumber & { readonly pointer: string })[]
}

/**
 * Reads YAML 1.2 strictly: a duplicate key, an unknown tag or an alias without anchor is an error.
 * @throws MockError of kind input, with file, line and column, for a file that cannot be read or parsed
 */
export async function readDocument(file: string, subject: Subject): Promise<Document> {
  return parseYaml(file, await readText(file, subject), subject, isJsonObject, 'an object')
}

/** As {@link readDocument}, for a file that holds an array. */
export async function readList(file: string, subject: Subject): Promise<Document<readonly Json[]>> {
  return parseYaml(file, await readText(file, subject), subject, isList, 'an array')
}

async function readText(file: string, { action }: Subject): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch (cause) {
    const reason = READ_REASONS[(cause as NodeJS.ErrnoException).code ?? ''] ?? NO_TEXT
    throw new MockError('input', 'UNREADABLE_FILE', `Failed to ${action}: ${reason}.`, {
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
  subject: Subject,
  fits: (value: Json) => value is Value,
  shape: string,
): Promise<Document<Value>> {
  const { action } = subject
  const { LineCounter, parseDocument, visit } = await import('yaml')
  const lines = new LineCounter()
  // The parser would compare each key of an object with every other.
  const options = { lineCounter: lines, prettyErrors: false, stringKeys: true, uniqueKeys: false }
  const yaml = parseDocument(text, options)
  const found = [...yaml.errors, ...yaml.warnings, ...repeatedKeys(yaml, visit)]
  // Where the parser runs out of stack, it may say so again at every level that it leaves.
  const tooDeep = found.find(({ message }) => TOO_DEEP.test(message))
  const errors = tooDeep === undefined ? found.sort((a, b) => a.pos[0] - b.pos[0]) : [tooDeep]
  const issues = errors
    .slice(0, MOST_ISSUES)
    .map((error) => issue(String(error.pos[0]), yamlReason(error, text)))
  const atOffset = (offset: string) => ({ file, ...positionAt(lines, Number(offset)) })
  throwAll(toErrors({ action, code: 'BAD_YAML', locate: atOffset }, issues, errors.length))
  const value = toJson(yaml, action, () => ({ file, ...positionAt(lines, looseAlias(yaml)) }))
  if (!fits(value))
    throw new MockError('input', 'BAD_YAML', `Failed to ${action}: it is not ${shape}.`, {
      location: { file },
    })
  const locate = (pointer: string): Location => {
    const real = followReferences(value, pointer)
    const position = positionAt(lines, startOf(yaml, real))
    return { file, ...position, ...(real === '' ? {} : { pointer: real }) }
  }
  throwAll(toErrors({ action, code: 'BAD_YAML', locate }, depthIssues(value, [], new Set())))
  const changedNumbers = () => [...changedIn(yaml, yaml.contents as Node | null, [])]
  return { ...subject, file, value, locate, changedNumbers }
}

const REPEATED_KEY = 'Map keys must be unique'

/** An error, in the parser's words, for each key that its object has already. */
function repeatedKeys(yaml: YamlDocument, walk: typeof visit) {
  const found: Pick<YAMLError, 'message' | 'pos'>[] = []
  walk(yaml, {
    Map(_, { items }) {
      const names = new Set<string>()
      for (const { key } of items) {
        const name = textOf(key as Node | null)
        if (name !== undefined && names.has(name)) {
          const [from = 0, to = from] = (key as Node).range ?? []
          found.push({ message: REPEATED_KEY, pos: [from, to] })
        } else if (name !== undefined) names.add(name)
      }
    },
  })
  return found
}

function toJson(yaml: YamlDocument, action: string, where: () => Location): Json {
  try {
    return yaml.toJS() as Json
  } catch (cause) {
    const reason = yamlReason(cause as Error)
    throw new MockError('input', 'BAD_YAML', `Failed to ${action}: ${reason}.`, {
      location: where(),
      cause,
    })
  }
}

/** Deeper ones run some programs that walk them out of stack, the YAML parser first. */
const MAX_LEVELS = 200

/** Where a value is nested too deeply, or contains itself: an alias within its own anchor, which YAML allows. */
function depthIssues(value: Json, steps: readonly string[], above: ReadonlySet<Json>): readonly Issue[] {
  if (typeof value !== 'object' || value === null) return []
  if (above.has(value)) return [issue(toPointer(steps), 'a value contains itself')]
  if (steps.length === MAX_LEVELS)
    return [issue(toPointer(steps), `it is nested more than ${MAX_LEVELS} levels deep`)]
  const path = new Set(above).add(value)
  for (const [key, inner] of Object.entries(value)) {
    const found = depthIssues(inner as Json, [...steps, key], path)
    if (found.length > 0) return found
  }
  return []
}

/** Characters of a key that a message names. */
const LONGEST_KEY = 200

const TOO_DEEP = /^Maximum call stack/

/** The parser's messages, which address programmers, reworded for the authors of files. */
const YAML_REASONS: readonly (readonly [message: RegExp, reason: string | ((key: string) => string)])[] = [
  [new RegExp(`^${REPEATED_KEY}`), (key) => `the key ${key} stands there twice`],
  [/multiple documents/, 'it holds several documents, and "---" begins another one'],
  [TOO_DEEP, 'it is nested too deeply'],
  [/^Excessive alias count/, 'its aliases stand for more than anybody could read'],
]

function yamlReason(
  { message, pos }: Pick<Error, 'message'> & { readonly pos?: readonly [number, number] },
  text = '',
): string {
  const known = YAML_REASONS.find(([pattern]) => pattern.test(message))?.[1]
  if (typeof known === 'string') return known
  const [, key] = /^(".+?"|'.+?'|[^:\s]+)\s*:/.exec(text.slice(pos?.[0]).slice(0, LONGEST_KEY)) ?? []
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

interface Found {
  readonly node: Node | null
  readonly offset: number
}

/** The offset where what a JSON pointer names begins: its key in an object, itself in an array, else its nearest parent's. */
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
function looseAlias(document: YamlDocument): number {
  const aliases = [...aliasesOf(document)]
  const [alias] = aliases.find(([, target]) => target === undefined) ?? aliases[0] ?? []
  return alias?.range?.[0] ?? 0
}

const knownAliases = new WeakMap<YamlDocument, ReadonlyMap<Node, Node | undefined>>()

/**
 * What each alias leads to: the last node before it with its anchor (YAML 1.2.2, section 7.1). The parser's own `resolve`
 * goes through the whole document for each of them.
 */
function aliasesOf(document: YamlDocument): ReadonlyMap<Node, Node | undefined> {
  const known = knownAliases.get(document)
  if (known !== undefined) return known
  const anchors = new Map<string, Node>()
  const aliases = new Map<Node, Node | undefined>()
  const walk = (node: Node | null) => {
    const { items, source, anchor } = (node ?? {}) as { items?: unknown; source?: unknown; anchor?: unknown }
    if (node !== null && typeof anchor === 'string') anchors.set(anchor, node)
    if (isAlias(node)) aliases.set(node, anchors.get(String(source)))
    for (const item of Array.isArray(items) ? items : [])
      if (isPair(item)) {
        walk(item.key)
        walk(item.value)
      } else walk(item as Node)
  }
  walk(document.contents as Node | null)
  knownAliases.set(document, aliases)
  return aliases
}

function isAlias(node: Node | null): node is Node {
  return node !== null && 'resolve' in node
}

function child(document: YamlDocument, node: Node | null, step: string): Found | undefined {
  const items = (resolved(document, node) as { items?: unknown } | null)?.items
  return Array.isArray(items) ? placesOf(items).get(step) : undefined
}

/** What each step below a node leads to, by the node's items: a file may be asked for the place of each. */
const knownPlaces = new WeakMap<readonly unknown[], ReadonlyMap<string, Found>>()

function placesOf(items: readonly unknown[]): ReadonlyMap<string, Found> {
  const known = knownPlaces.get(items)
  if (known !== undefined) return known
  const places = new Map<string, Found>()
  const isMap = items.some(isPair)
  for (const [i, item] of items.entries()) {
    const step = isPair(item) ? textOf(item.key) : isMap ? undefined : String(i)
    if (step === undefined || places.has(step)) continue
    const node = isPair(item) ? item.value : (item as Node)
    places.set(step, { node, offset: (isPair(item) ? item.key : node)?.range?.[0] ?? 0 })
  }
  knownPlaces.set(items, places)
  return places
}

function* changedIn(
  document: YamlDocument,
  node: Node | null,
  steps: readonly string[],
): Generator<ChangedNumber & { readonly pointer: string }> {
  const { items, value, source } = (resolved(document, node) ?? {}) as Partial<
    Readonly<Record<'items' | 'value' | 'source', unknown>>
  >
  if (Array.isArray(items)) {
    for (const [i, item] of items.entries())
      if (isPair(item)) yield* changedIn(document, item.value, [...steps, textOf(item.key) ?? ''])
      else yield* changedIn(document, item as Node, [...steps, String(i)])
  } else if (typeof value === 'number' && typeof source === 'string') {
    const changed = changedNumber(source, value)
    if (changed !== undefined) yield { ...changed, pointer: toPointer(steps) }
  }
}

function resolved(document: YamlDocument, node: Node | null): Node | null {
  return isAlias(node) ? (aliasesOf(document).get(node) ?? null) : node
}

function textOf(node: Node | null): string | undefined {
  const value = (node as { value?: unknown } | null)?.value
  return value === undefined || value === null ? undefined : String(value)
}

function isPair(item: unknown): item is { key: Node; value: Node | null } {
  return typeof item === 'object' && item !== null && 'key' in item
}

const MAX_JUMPS = 50

/** The pointer with which the document itself names what a pointer leads to through local `$ref`s. */
export function followReferences(document: Json, pointer: string): string {
  let path: readonly string[] = []
  let jumps = 0
  const jump = (step?: string) => {
    for (;;) {
      const here = atPointer(document, toPointer(path))
      if (!isJsonObject(here) || (step !== undefined && Object.hasOwn(here, step))) return
      const target = here.$ref
      if (typeof target !== 'string' || !target.startsWith('#/') || jumps++ > MAX_JUMPS) return
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

/** The pointer of a `$ref`. */
export function decode(target: string): string {
  try {
    return decodeURIComponent(target.slice(1))
  } catch {
    return target.slice(1)
  }
}
