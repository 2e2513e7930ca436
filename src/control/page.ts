import type { Json } from '../core/json.ts'
import type { Page, PageRequest } from '../state/store.ts'
import { badParameter } from './problems.ts'

const DEFAULT_LIMIT = 100

/** Reads the parameters of a paged list: `limit`, by default 100, and `cursor`. */
export function pageRequest({ limit, cursor }: Readonly<Record<string, Json>>): PageRequest {
  return { limit: (limit as number | undefined) ?? DEFAULT_LIMIT, cursor: cursor as string | undefined }
}

/** Of large entries a page has fewer, so that writing it holds nobody up. In characters of JSON. */
const FULL = 4 * 1024 * 1024

/** A page as it is answered. */
interface ViewPage<V> {
  readonly items: readonly V[]
  readonly next: string | null
}

/** A page of what is kept, as it is shown: one entry after the other, until the page is full. */
export async function pageOfStore<T, V>(
  list: (request: PageRequest) => Promise<Page<T>>,
  { limit, cursor }: PageRequest,
  view: (entry: T) => V | undefined | Promise<V | undefined>,
): Promise<ViewPage<V>> {
  const items: V[] = []
  let next = cursor ?? null
  for (let count = 0, size = 0; count < limit && size < FULL; count++) {
    const page = await list({ limit: 1, cursor: next ?? undefined })
    next = page.next
    for (const entry of page.items) {
      const shown = await view(entry)
      if (shown === undefined) continue
      items.push(shown)
      size += JSON.stringify(shown).length
    }
    if (next === null) break
  }
  return { items, next }
}

/** A page of a list in memory, newest (last) first; `keyOf` names an entry in the cursor. */
export function pageOfList<T, V>(
  oldestFirst: readonly T[],
  { limit, cursor }: PageRequest,
  keyOf: (entry: T) => string,
  viewsOf: (entries: readonly T[]) => readonly V[],
): ViewPage<V> {
  const newestFirst = oldestFirst.toReversed()
  const at = cursor === undefined ? -1 : newestFirst.findIndex((entry) => keyOf(entry) === cursor)
  if (cursor !== undefined && at < 0)
    throw badParameter(
      'cursor',
      `"${cursor}" is the cursor of no page of this list; begin again without one.`,
    )
  const entries = newestFirst.slice(at + 1, at + 1 + limit)
  const items: V[] = []
  let size = 0
  for (const view of viewsOf(entries)) {
    if (size >= FULL) break
    items.push(view)
    size += JSON.stringify(view).length
  }
  const last = entries[items.length - 1]
  const isLast = at + 1 + items.length >= newestFirst.length
  return { items, next: isLast || last === undefined ? null : keyOf(last) }
}
