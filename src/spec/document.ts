import { atPointer, isObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import type { Issue } from '../schema/issue.ts'
import { decode } from '../schema/locate.ts'

interface Reference {
  readonly pointer: string
  readonly target: string
}

/** Every `$ref` that leads out of the document, nowhere, or round in a circle. */
export function referenceProblems(document: JsonObject): readonly Issue[] {
  const references = [...findReferences(document, [])]
  const broken = references.flatMap((reference) => brokenReference(document, reference))
  return broken.length > 0 ? broken : circles(references)
}

function brokenReference(document: JsonObject, { pointer, target }: Reference): readonly Issue[] {
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
function circles(references: readonly Reference[]): readonly Issue[] {
  const below = (pointer: string) => references.filter((other) => within(other.pointer, pointer))
  const problems: Issue[] = []
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
