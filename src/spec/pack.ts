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
