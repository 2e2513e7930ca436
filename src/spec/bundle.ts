import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Location, MockError } from '../core/errors.ts'
import {
  atPointer,
  isJsonObject,
  isObject,
  type Json,
  type JsonObject,
  pointerSteps,
  toPointer,
} from '../core/json.ts'
import { type Issue, issue, throwAll, toErrors } from '../schema/issue.ts'
import { type Document, followReferences, readDocument } from '../schema/locate.ts'
import { type Holder, holderBelow, pointerOf } from './references.ts'

// Makes one document of several files of the same folder. A component of another file becomes a component of the document, under its
// own name where that is free; everything else that is referred to takes the place of the reference, and keys beside the reference
// take the place of those that it leads to.

/** A document with all that it takes from other files of its folder. */
export interface BundledDocument extends Document {
  /** Every file that was read, its own first. */
  readonly files: readonly string[]
}

const MOST_FILES = 20

const MOST_BYTES = 4 * 1024 * 1024

/** Of references that lead to one another. */
const MOST_STEPS = 50

const MOST_LEVELS = 200

/** Of the document in the end; one of 60 kB has some 5,000. */
const MOST_VALUES = 100_000

/**
 * The document with its references to other files of its folder replaced by what they lead to. Other references are left as they are.
 * @throws MockError (input) with everything that is wrong with those references, or with the files that they name
 */
export async function bundle(document: Document): Promise<BundledDocument> {
  const { documents, errors, refersToFiles } = await readShared(document)
  if (!refersToFiles) return { ...document, files: [document.file] }
  throwAll(errors)
  const { value, origins, issues } = createBundler(document, documents).bundled()
  throwAll([...issues].flatMap(([name, found]) => toErrors(documents.get(name) as Document, found)))
  return {
    ...document,
    value,
    locate: (pointer) => locationOf(followReferences(value, pointer), document, documents, origins),
    files: [...documents.values()].map(({ file }) => file),
  }
}

/** A document's own file and those that it refers to, as far as they can be read. */
export async function documentFiles(file: string): Promise<readonly string[]> {
  try {
    const { documents } = await readShared(await readDocument(file, { action: 'read', code: 'BAD_FILE' }))
    return [...documents.values()].map((document) => document.file)
  } catch {
    return [file]
  }
}

/** A place in one of the files. */
interface Place {
  /** The file's name within the folder. */
  readonly name: string
  readonly pointer: string
}

type Documents = ReadonlyMap<string, Document>

/** Where the parts of the bundled document that are from elsewhere stand, by their pointers in it. */
type Origins = ReadonlyMap<string, Place>

function locationOf(pointer: string, root: Document, documents: Documents, origins: Origins): Location {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const origin = origins.get(at)
    const document = origin === undefined ? undefined : documents.get(origin.name)
    if (origin !== undefined && document !== undefined)
      return document.locate(`${origin.pointer}${pointer.slice(at.length)}`)
    if (at === '') return root.locate(pointer)
  }
}

/** `./acme.yaml#/components/schemas/Note`: a plain name, so that nothing outside of the folder is read. */
const FILE_REFERENCE = /^(?:\.\/)?([^/\\:#?%]+\.(?:ya?ml|json))(?:#(.*))?$/is

function fileTarget(reference: Json | undefined): Place | undefined {
  const [, name, pointer = ''] = (typeof reference === 'string' && FILE_REFERENCE.exec(reference)) || []
  return name === undefined ? undefined : { name, pointer: pointerOf(`#${pointer}`) }
}

interface Shared {
  readonly documents: Documents
  readonly errors: readonly MockError[]
  /** To others, or to its own by name. */
  readonly refersToFiles: boolean
}

/** The files that a document refers to, and those that they refer to. */
async function readShared(root: Document): Promise<Shared> {
  const rootName = basename(root.file)
  const documents = new Map([[rootName, root]])
  const tried = new Set([rootName])
  const errors: MockError[] = []
  let refersToFiles = false
  for (const [from, document] of documents) {
    const issues: Issue[] = []
    for (const { pointer, reference, name, isForeign } of fileReferences(document.value, '', 'object')) {
      // The root's own extensions are nobody's parts; those of another file may be what is referred to.
      if (isForeign && from === rootName) continue
      refersToFiles = true
      if (tried.has(name)) continue
      tried.add(name)
      const shared = await readSharedFile(document, name, tried.size)
      if (typeof shared !== 'string') documents.set(name, shared)
      else if (!isForeign) issues.push(issue(pointer, `"${reference}" cannot be followed: ${shared}`))
    }
    errors.push(...toErrors(document, issues))
  }
  return { documents, errors, refersToFiles }
}

/** The document, or why it cannot be read. @throws MockError (input) for one that is no YAML */
async function readSharedFile(from: Document, name: string, count: number): Promise<Document | string> {
  const { action, code } = from
  const file = join(dirname(from.file), name)
  if (count > MOST_FILES) return `${MOST_FILES} files are the most that a document can consist of`
  const facts = await stat(file).catch(() => undefined)
  if (facts === undefined) return `there is no file ${name} beside ${basename(from.file)}`
  if (!facts.isFile()) return `${name} is not a file`
  if (facts.size > MOST_BYTES) return `${name} has more than ${MOST_BYTES.toLocaleString('en')} bytes`
  return readDocument(file, { action, code })
}

interface FileReference {
  readonly pointer: string
  readonly reference: string
  readonly name: string
  readonly isForeign: boolean
}

function* fileReferences(
  value: Json | undefined,
  at: string,
  holder: Holder,
  isForeign = false,
): Generator<FileReference> {
  if (holder === 'data' || typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value as JsonObject)) {
    const target = key === '$ref' ? fileTarget(inner) : undefined
    if (target !== undefined)
      yield { pointer: `${at}/$ref`, reference: inner as string, name: target.name, isForeign }
    else {
      const next = holderBelow(holder, key)
      const isBelow = isForeign || next === 'foreign'
      yield* fileReferences(inner, childPointer(at, key), next === 'foreign' ? 'object' : next, isBelow)
    }
  }
}

/** Where a value stands in the document, and what led to it. */
interface Position {
  readonly at: string
  readonly depth: number
  readonly holder: Holder
  /** The places of other files that it stands within. */
  readonly behind: readonly string[]
}

function createBundler(root: Document, documents: Documents) {
  const rootName = basename(root.file)
  const origins = new Map<string, Place>()
  const issues = new Map<string, Issue[]>()
  const homes = new Map(rootComponents(root.value, rootName, documents))
  const taken = new Set([...homes.values(), ...ownComponents(root.value)])
  const imports: (readonly [home: string, from: Place])[] = []
  let count = 0

  const report = ({ name, pointer }: Place, found: Issue) => {
    const known = issues.get(name) ?? []
    known.push({ ...found, pointer: `${pointer}/$ref` })
    issues.set(name, known)
  }

  const valueAt = ({ name, pointer }: Place) => atPointer(documents.get(name)?.value, pointer)

  /** The pointer in the document of a component of another file. */
  const homeOf = (component: Place): string => {
    const known = homes.get(keyOf(component))
    if (known !== undefined) return known
    const [, kind = '', name = ''] = pointerSteps(component.pointer)
    const stem = component.name.replace(/\.[^.]+$/, '').replace(/[^\w.-]/g, '-')
    let home = toPointer(['components', kind, name])
    for (let n = 1; taken.has(home); n++)
      home = toPointer(['components', kind, `${stem}.${name}${n === 1 ? '' : `.${n}`}`])
    taken.add(home)
    homes.set(keyOf(component), home)
    imports.push([home, component])
    return home
  }

  const members = (object: JsonObject, from: Place, position: Position): JsonObject =>
    Object.fromEntries(
      Object.entries(object).map(([key, inner]) => [
        key,
        expand(inner, below(from, key), inside(position, key)),
      ]),
    )

  const expand = (value: Json, from: Place, position: Position): Json => {
    const { at, holder, behind } = position
    count++
    if (count > MOST_VALUES || typeof value !== 'object' || value === null) return value
    if (holder === 'data' || holder === 'foreign') return value
    if (Array.isArray(value)) return expandList(value as readonly Json[], from, position)
    const object = value as JsonObject
    const { $ref, ...beside } = object
    const target = targetOf($ref, from, rootName, holder)
    if (target === undefined) return members(object, from, position)
    const home = holder === 'keyword' ? undefined : pointerInDocument(target)
    if (home !== undefined && home !== at && (target.name === rootName || valueAt(target) !== undefined))
      return { $ref: `#${home.replaceAll('%', '%25')}`, ...members(beside, from, position) }
    const found = follow(target, $ref, from, position)
    if (found === undefined) return value
    origins.set(at, target)
    const inner = expand(found, target, { ...position, behind: [...behind, keyOf(target)] })
    if (Object.keys(beside).length === 0) return inner
    if (!isJsonObject(inner)) {
      report(from, issue('', `"${String($ref)}" leads to no object, so nothing can stand beside it`))
      return inner
    }
    for (const key of Object.keys(beside)) origins.set(childPointer(at, key), below(from, key))
    return { ...inner, ...members(beside, from, position) }
  }

  /** Where the document itself has what a reference leads to, as a component or as a part of its own. */
  const pointerInDocument = ({ name, pointer }: Place): string | undefined => {
    if (name === rootName) return pointer
    const [first, kind, component, ...rest] = pointerSteps(pointer)
    if (first !== 'components' || kind === undefined || component === undefined) return undefined
    return `${homeOf({ name, pointer: toPointer([first, kind, component]) })}${toPointer(rest)}`
  }

  /** An item that refers to a list stands for the items of that list. */
  const expandList = (items: readonly Json[], from: Place, position: Position): Json => {
    const { at, holder, behind } = position
    const expanded: Json[] = []
    for (const [index, item] of items.entries()) {
      const place = below(from, String(index))
      const target = isJsonObject(item) ? targetOf(item.$ref, from, rootName, holder) : undefined
      const list = target === undefined ? undefined : valueAt(target)
      if (target === undefined || !Array.isArray(list)) {
        const key = String(expanded.length)
        if (expanded.length !== index) origins.set(childPointer(at, key), place)
        expanded.push(expand(item, place, inside(position, key)))
        continue
      }
      if (follow(target, (item as JsonObject).$ref, place, position) === undefined) continue
      const within = { ...position, behind: [...behind, keyOf(target)] }
      for (const [i, one] of (list as readonly Json[]).entries()) {
        if (count > MOST_VALUES) break
        const key = String(expanded.length)
        const origin = below(target, String(i))
        origins.set(childPointer(at, key), origin)
        expanded.push(expand(one, origin, inside(within, key)))
      }
    }
    return expanded
  }

  /** What a reference leads to; undefined, with an issue, where it leads nowhere or back to itself. */
  const follow = (
    target: Place,
    reference: Json | undefined,
    from: Place,
    { depth, behind }: Position,
  ): Json | undefined => {
    const shown = `"${String(reference)}"`
    if (behind.includes(keyOf(target))) {
      report(from, issue('', `${shown} is a circular reference`, undefined, 'CIRCULAR_REFERENCE'))
      return undefined
    }
    if (behind.length === MOST_STEPS || depth > MOST_LEVELS) {
      const levels = `the document is more than ${MOST_LEVELS} levels deep with it`
      const reason = depth > MOST_LEVELS ? levels : `${MOST_STEPS} references lead to it`
      report(from, issue('', `${shown} cannot be followed: ${reason}`, undefined, 'TOO_LARGE'))
      return undefined
    }
    const found = valueAt(target)
    if (found === undefined)
      report(from, issue('', `${shown} names nothing in ${target.name}`, undefined, 'BROKEN_REFERENCE'))
    return found
  }

  return {
    bundled() {
      const start: Position = { at: '', depth: 0, holder: 'object', behind: [] }
      const value = expand(root.value, { name: rootName, pointer: '' }, start) as JsonObject
      const components = new Map<string, Map<string, Json>>()
      for (const [home, from] of imports) {
        const [, kind = '', name = ''] = pointerSteps(home)
        const found = valueAt(from)
        if (found === undefined) continue
        origins.set(home, from)
        const known = components.get(kind) ?? new Map<string, Json>()
        components.set(kind, known)
        known.set(name, expand(found, from, { at: home, depth: 3, holder: 'object', behind: [keyOf(from)] }))
      }
      if (count > MOST_VALUES)
        issues.set(rootName, [
          issue(
            '',
            `with what its references to other files lead to, it has more than ${MOST_VALUES.toLocaleString('en')} values`,
            'Refer to fewer and smaller parts.',
            'TOO_LARGE',
          ),
        ])
      return { value: withComponents(value, components), origins, issues }
    },
  }
}

function inside({ at, depth, holder, behind }: Position, key: string): Position {
  return { at: childPointer(at, key), depth: depth + 1, holder: holderBelow(holder, key), behind }
}

function childPointer(pointer: string, key: string): string {
  return `${pointer}${toPointer([key])}`
}

function withComponents(
  document: JsonObject,
  added: ReadonlyMap<string, ReadonlyMap<string, Json>>,
): JsonObject {
  if (added.size === 0) return document
  const own = isJsonObject(document.components) ? document.components : {}
  const kinds = [...added].map(([kind, components]) => {
    const there = isJsonObject(own[kind]) ? own[kind] : {}
    return [kind, { ...there, ...Object.fromEntries(components) }] as const
  })
  return { ...document, components: { ...own, ...Object.fromEntries(kinds) } }
}

/** Of a reference of the document itself, only one to another file; of another file, every one within the folder. */
function targetOf(
  reference: Json | undefined,
  from: Place,
  rootName: string,
  holder: Holder,
): Place | undefined {
  const target = fileTarget(reference)
  if (target !== undefined || from.name === rootName || holder === 'keyword') return target
  if (typeof reference !== 'string' || !(reference === '#' || reference.startsWith('#/'))) return undefined
  return { name: from.name, pointer: pointerOf(reference) }
}

function below({ name, pointer }: Place, key: string): Place {
  return { name, pointer: childPointer(pointer, key) }
}

function keyOf({ name, pointer }: Place): string {
  return `${name}#${pointer}`
}

/** The components of the document that are those of another file, by that file and place. */
function* rootComponents(
  root: JsonObject,
  rootName: string,
  documents: Documents,
): Generator<readonly [string, string]> {
  const at = { name: rootName, pointer: '/components' }
  for (const [kind, components, place] of shownMembers(root.components, at, documents))
    for (const [name, value, from] of shownMembers(components, place, documents)) {
      const home = toPointer(['components', kind, name])
      if (from.name !== rootName) yield [keyOf(from), home]
      const target =
        isJsonObject(value) && Object.keys(value).length === 1 ? fileTarget(value.$ref) : undefined
      if (target !== undefined) yield [keyOf(target), home]
    }
}

function* ownComponents(root: JsonObject): Generator<string> {
  const kinds = isJsonObject(root.components) ? root.components : {}
  for (const [kind, components] of Object.entries(kinds))
    for (const name of Object.keys(isObject(components) ? components : {}))
      yield toPointer(['components', kind, name])
}

/** The members of an object as it is in the end, with those that it has from another file. */
function shownMembers(
  value: Json | undefined,
  from: Place,
  documents: Documents,
  depth = 0,
): readonly (readonly [key: string, value: Json, from: Place])[] {
  if (!isJsonObject(value) || depth > MOST_STEPS) return []
  const { $ref, ...own } = value
  const target = fileTarget($ref)
  const there = target && atPointer(documents.get(target.name)?.value, target.pointer)
  const shared = target === undefined ? [] : shownMembers(there, target, documents, depth + 1)
  return [
    ...shared.filter(([key]) => !Object.hasOwn(own, key)),
    ...Object.entries(own).map(([key, inner]) => [key, inner, below(from, key)] as const),
  ]
}
