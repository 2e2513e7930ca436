import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** SHA-256 of a file's bytes in hex; null when there is no such file. */
async function fingerprint(file: string): Promise<string | null> {
  const bytes = await readFile(file).catch(() => null)
  return bytes === null ? null : createHash('sha256').update(bytes).digest('hex')
}

/**
 * Plain data as a table in which equal parts stand once: schemas that many operations share stay small on disk and
 * are, once unpacked, one object, so that what is compiled for each schema is compiled once.
 *
 * A child is a primitive, or a list with the index of an earlier row.
 */
export type Packed = readonly Row[]

type Child = null | boolean | number | string | readonly [index: number]

type Row =
  | { readonly o: Readonly<Record<string, Child>> }
  | { readonly a: readonly Child[] }
  | { readonly m: readonly (readonly [key: string | number, value: Child])[] }

/** Keys of `http-spec`'s own bookkeeping: they differ wherever a schema is used, and nobody reads them. */
const DROPPED = new Set(['x-stoplight'])

/** Objects, lists, maps and primitives; fields that are undefined are left out. Circular data is a programming error. */
export function pack(value: unknown): Packed {
  const rows: Row[] = []
  const indexes = new Map<string, number>()
  const known = new WeakMap<object, Child>()

  const add = (row: Row): Child => {
    const text = JSON.stringify(row)
    const index = indexes.get(text) ?? rows.push(row) - 1
    indexes.set(text, index)
    return [index]
  }
  const child = (part: unknown): Child => {
    if (typeof part !== 'object' || part === null) return part as Child
    const seen = known.get(part)
    if (seen !== undefined) return seen
    const made = add(rowOf(part, child))
    known.set(part, made)
    return made
  }
  child(value)
  return rows
}

function rowOf(part: object, child: (part: unknown) => Child): Row {
  if (Array.isArray(part)) return { a: part.map(child) }
  if (part instanceof Map)
    return { m: [...part].map(([key, inner]) => [key as string | number, child(inner)] as const) }
  const fields = Object.entries(part).filter(([key, inner]) => inner !== undefined && !DROPPED.has(key))
  return { o: Object.fromEntries(fields.map(([key, inner]) => [key, child(inner)])) }
}

/** What was packed, deeply frozen, equal parts being the same object. */
export function unpack(rows: Packed): unknown {
  const built: unknown[] = []
  const value = (child: Child) => (typeof child === 'object' && child !== null ? built[child[0]] : child)
  for (const row of rows) built.push(Object.freeze(build(row, value)))
  return built.at(-1)
}

function build(row: Row, value: (child: Child) => unknown): object {
  if ('a' in row) return row.a.map(value)
  if ('m' in row) return new Map(row.m.map(([key, inner]) => [key, value(inner)]))
  const object: Record<string, unknown> = { ...row.o }
  for (const key of Object.keys(row.o)) object[key] = value(row.o[key] as Child)
  return object
}

/** SHA-256 of the files that data was made of, by their paths from the document's folder; null: there is no such file. */
type Fingerprints = Readonly<Record<string, string | null>>

/** What the build wrote for a document. */
export interface Precompiled {
  readonly files: Fingerprints
  readonly data: Packed
}

/** What was made of a document, and every file that it was made of. */
export interface Made<T> {
  readonly data: T
  readonly files: readonly string[]
}

/** dist/providers: there only beside built code, so that source code never meets what an older build made of it. */
export const PRECOMPILED_FOLDER = fileURLToPath(new URL('../providers/', import.meta.url))

/** What is made of a document: what a mock works with, or the document itself, in one piece. */
export type MadeKind = 'compiled' | 'openapi'

const ENDINGS: Readonly<Record<MadeKind, string>> = { compiled: '.json', openapi: '.openapi.json' }

export function precompiledFile(folder: string, document: string, kind: MadeKind = 'compiled'): string {
  return join(folder, `${basename(document).replace(/\.ya?ml$/, '')}${ENDINGS[kind]}`)
}

/** The data made from a document at build time, unless one of its files has changed since. */
export async function readPrecompiled(
  folder: string,
  document: string,
  kind: MadeKind = 'compiled',
): Promise<Made<unknown> | undefined> {
  const text = await readFile(precompiledFile(folder, document, kind), 'utf8').catch(() => null)
  if (text === null) return undefined
  const found = JSON.parse(text) as Precompiled
  if (!(await isFresh(document, found.files))) return undefined
  const files = Object.keys(found.files).map((path) => join(dirname(document), path))
  return { data: unpack(found.data), files }
}

export async function fingerprints(document: string, files: readonly string[]): Promise<Fingerprints> {
  const folder = dirname(document)
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [relative(folder, file), await fingerprint(file)] as const)),
  )
}

async function isFresh(document: string, files: Fingerprints): Promise<boolean> {
  const folder = dirname(document)
  const now = await Promise.all(Object.keys(files).map((path) => fingerprint(join(folder, path))))
  return Object.values(files).every((before, i) => before === now[i])
}

interface Known extends Made<unknown> {
  readonly fingerprints: Fingerprints
}

/** What was made of documents in this process. It is frozen, so any number of mocks may use it. */
const known = new Map<string, Promise<Known>>()

/** What was made of a document: made once for all who ask at the same time, and again only when one of its files has changed on disk. */
export async function remembered(
  kind: string,
  file: string,
  make: () => Promise<Made<unknown>>,
): Promise<Made<unknown>> {
  const key = `${kind} ${resolve(file)}`
  const earlier = await known.get(key)
  if (earlier !== undefined && (await isFresh(file, earlier.fingerprints))) return earlier
  const making = withFingerprints(file, make)
  known.set(key, making)
  try {
    return await making
  } catch (error) {
    if (known.get(key) === making) known.delete(key)
    throw error
  }
}

async function withFingerprints(file: string, make: () => Promise<Made<unknown>>): Promise<Known> {
  const made = await make()
  return { ...made, fingerprints: await fingerprints(file, made.files) }
}
