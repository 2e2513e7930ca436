import { atPointer, isObject, type Json, type JsonObject, pointerSteps, toPointer } from '../core/json.ts'
import type { Issue } from '../schema/issue.ts'
import { decode } from '../schema/locate.ts'

interface Reference {
  readonly pointer: string
  /** As it is written: `#/components/schemas/Note`. */
  readonly target: string
  /** The pointer that it leads to. */
  readonly to: string
}

/**
 * Every `$ref` that leads out of the document, nowhere, or round in a circle; and the one behind which more stands than
 * anybody could read: a dozen schemas that each refer to the next one three times are half a million.
 */
export function referenceIssues(document: JsonObject): readonly Issue[] {
  const references = [...findReferences(document, [])]
  const broken = references.flatMap((reference) => brokenReference(document, reference))
  if (broken.length > 0) return broken
  const extents = measure(document, references)
  const endless = references.filter(({ to }) => !extents.has(to))
  return endless.length > 0 ? circles(references, endless) : tooLarge(references, extents)
}

function brokenReference(document: JsonObject, { pointer, target, to }: Reference): readonly Issue[] {
  if (!target.startsWith('#/') && target !== '#')
    return [
      {
        code: 'EXTERNAL_REFERENCE',
        reason: `"${target}" leads out of the document`,
        hint: 'Refer to a place in the document (#/components/…), or in another file of its folder (./acme.yaml#/components/…).',
        pointer,
      },
    ]
  if (atPointer(document, to) !== undefined) return []
  return [{ code: 'BROKEN_REFERENCE', reason: `"${target}" names nothing in the document`, pointer }]
}

/** What a place is when its references are written out. */
interface Extent {
  /** How many values there are. */
  readonly size: number
  /** How many levels. */
  readonly depth: number
}

/** How much stands behind each target; those that lead to a circle are left out. */
function measure(document: JsonObject, references: readonly Reference[]): ReadonlyMap<string, Extent> {
  const targets = [...new Set(references.map(({ to }) => to))]
  const below = referencesBelow(references, targets)
  const waiting = new Map(targets.map((target) => [target, new Set(below.get(target)?.map(({ to }) => to))]))
  const users = new Map<string, string[]>(targets.map((target) => [target, []]))
  for (const [target, needs] of waiting) for (const need of needs) users.get(need)?.push(target)
  const extents = new Map<string, Extent>()
  const ready = targets.filter((target) => waiting.get(target)?.size === 0)
  for (let target = ready.pop(); target !== undefined; target = ready.pop()) {
    extents.set(target, extentOf(document, target, below.get(target) ?? [], extents))
    for (const user of users.get(target) ?? []) {
      const needs = waiting.get(user)
      if (needs?.delete(target) && needs.size === 0) ready.push(user)
    }
  }
  return extents
}

/** The references that each target contains as it is written. */
function referencesBelow(
  references: readonly Reference[],
  targets: readonly string[],
): ReadonlyMap<string, readonly Reference[]> {
  const below = new Map<string, Reference[]>(targets.map((target) => [target, []]))
  for (const reference of references) {
    const steps = pointerSteps(reference.pointer)
    for (let length = 0; length <= steps.length; length++)
      below.get(toPointer(steps.slice(0, length)))?.push(reference)
  }
  return below
}

function extentOf(
  document: JsonObject,
  target: string,
  references: readonly Reference[],
  known: ReadonlyMap<string, Extent>,
): Extent {
  const own = writtenExtent(atPointer(document, target))
  const level = pointerSteps(target).length
  return references.reduce(({ size, depth }, { pointer, to }) => {
    const behind = known.get(to) ?? { size: 0, depth: 0 }
    const at = pointerSteps(pointer).length - level
    return { size: size + behind.size, depth: Math.max(depth, at + behind.depth) }
  }, own)
}

function writtenExtent(value: Json | undefined): Extent {
  if (typeof value !== 'object' || value === null) return { size: 1, depth: 0 }
  const parts = Object.values(value as JsonObject).map(writtenExtent)
  return {
    size: parts.reduce((sum, { size }) => sum + size, 1),
    depth: parts.reduce((deepest, { depth }) => Math.max(deepest, depth + 1), 0),
  }
}

/** A document of 60 kB has some 10,000 values when its references are written out. */
const MOST_VALUES = 250_000

const MOST_LEVELS = 200

/** The reference behind which most stands, where that is too much. */
function tooLarge(references: readonly Reference[], extents: ReadonlyMap<string, Extent>): readonly Issue[] {
  const extent = ({ to }: Reference) => extents.get(to) ?? { size: 0, depth: 0 }
  const total = references.reduce((sum, reference) => sum + extent(reference).size, 0)
  const [first] = references
  if (first === undefined) return []
  const largest = references.reduce((best, one) => (extent(one).size > extent(best).size ? one : best), first)
  const deepest = references.reduce(
    (best, one) => (extent(one).depth > extent(best).depth ? one : best),
    first,
  )
  if (total > MOST_VALUES)
    return [
      {
        code: 'TOO_LARGE',
        reason: `what the references of the document lead to has ${shownCount(total)} values when it is written out, ${shownCount(extent(largest).size)} of them behind "${largest.target}", and ${MOST_VALUES.toLocaleString('en')} is the most`,
        hint: 'Refer to fewer schemas within schemas that are themselves referred to.',
        pointer: largest.pointer,
      },
    ]
  if (extent(deepest).depth <= MOST_LEVELS) return []
  return [
    {
      code: 'TOO_LARGE',
      reason: `what "${deepest.target}" leads to is nested ${extent(deepest).depth} levels deep, and ${MOST_LEVELS} is the most`,
      pointer: deepest.pointer,
    },
  ]
}

function shownCount(count: number): string {
  return count < 1e9 ? count.toLocaleString('en') : 'more than 1,000,000,000'
}

/** Each takes a search through all references. */
const MOST_CIRCLES = 20

/** A reference is in a circle when what it leads to contains, through any references, the reference itself. */
function circles(references: readonly Reference[], endless: readonly Reference[]): readonly Issue[] {
  const below = referencesBelow(
    references,
    references.map(({ to }) => to),
  )
  const issues: Issue[] = []
  for (const reference of endless) {
    const path = wayBack(reference, below)
    if (path === undefined) continue
    issues.push({
      code: 'CIRCULAR_REFERENCE',
      reason: `"${reference.target}" is a circular reference (${shortened(path).join(' → ')})`,
      hint: 'Bodies are rendered from their schemas, so a schema must not contain itself; write a fixed depth instead.',
      pointer: reference.pointer,
    })
    if (issues.length === MOST_CIRCLES) break
  }
  return issues
}

function shortened(path: readonly string[]): readonly string[] {
  return path.length > 10 ? [...path.slice(0, 9), '…', ...path.slice(-1)] : path
}

/** The references from one back to itself, on the shortest way. */
function wayBack(
  start: Reference,
  below: ReadonlyMap<string, readonly Reference[]>,
): readonly string[] | undefined {
  const cameFrom = new Map<Reference, Reference | null>([[start, null]])
  const seen = new Set<string>()
  const queue = [start]
  for (const reference of queue) {
    if (within(start.pointer, reference.to)) return pathTo(reference, cameFrom)
    if (seen.has(reference.to)) continue
    seen.add(reference.to)
    for (const next of below.get(reference.to) ?? []) {
      if (cameFrom.has(next)) continue
      cameFrom.set(next, reference)
      queue.push(next)
    }
  }
  return undefined
}

function pathTo(end: Reference, cameFrom: ReadonlyMap<Reference, Reference | null>): readonly string[] {
  const path: string[] = []
  for (let at: Reference | null = end; at !== null; at = cameFrom.get(at) ?? null) path.push(at.target)
  return path.reverse()
}

function* findReferences(
  value: Json | undefined,
  steps: readonly string[],
  holder: Holder = 'object',
): Generator<Reference> {
  if (!(holder === 'object' || holder === 'names') || (!isObject(value) && !Array.isArray(value))) return
  for (const [key, inner] of Object.entries(value)) {
    const below = [...steps, key]
    if (key === '$ref' && (holder === 'object' || typeof inner === 'string')) {
      const target = typeof inner === 'string' ? inner : JSON.stringify(inner)
      yield { pointer: toPointer(below), target, to: pointerOf(target) }
    } else yield* findReferences(inner as Json, below, holderBelow(holder, key))
  }
}

/** Where a `$ref` to a place of its own document leads. */
export function pointerOf(target: string): string {
  return toPointer(pointerSteps(decode(target)))
}

/**
 * What the keys of an object are: words of OpenAPI, names that the author chose, those of an `x-mock-*` keyword, those of another
 * extension, or mere data.
 */
export type Holder = 'object' | 'names' | 'keyword' | 'foreign' | 'data'

/** What the keys of a member are. A list's items are as the members of an object. */
export function holderBelow(holder: Holder, key: string): Holder {
  if (holder === 'names') return 'object'
  if (holder !== 'object') return holder
  if (key.startsWith('x-')) return key.startsWith('x-mock-') ? 'keyword' : 'foreign'
  return DATA.has(key) ? 'data' : NAMED.has(key) ? 'names' : 'object'
}

/** Keys whose maps have names of the author's choice. */
const NAMED = new Set([
  ...[
    'properties',
    'patternProperties',
    '$defs',
    'dependentSchemas',
    'paths',
    'webhooks',
    'content',
    'examples',
  ],
  ...[
    'schemas',
    'responses',
    'headers',
    'parameters',
    'requestBodies',
    'securitySchemes',
    'pathItems',
    'links',
  ],
])

const DATA = new Set(['example', 'default', 'const', 'enum', 'value'])

function within(pointer: string, parent: string): boolean {
  return pointer === parent || pointer.startsWith(`${parent}/`)
}
