import type { Json } from '../core/json.ts'
import type { PageRequest } from '../state/store.ts'
import { badParameter } from './problems.ts'

const DEFAULT_LIMIT = 100

/** Reads the parameters of a paged list: `limit`, by default 100, and `cursor`. */
export function pageRequest({ limit, cursor }: Readonly<Record<string, Json>>): PageRequest {
  return { limit: (limit as number | undefined) ?? DEFAULT_LIMIT, cursor: cursor as string | undefined }
}

/** A page of a list in memory, newest (last) first; `keyOf` names an entry in the cursor. */
export function pageOfList<T>(
  oldestFirst: readonly T[],
  { limit, cursor }: PageRequest,
  keyOf: (entry: T, index: number) => string,
): { readonly items: readonly T[]; readonly next: string | null } {
  const newestFirst = oldestFirst.map((entry, index) => ({ entry, key: keyOf(entry, index) })).reverse()
  const at = cursor === undefined ? -1 : newestFirst.findIndex(({ key }) => key === cursor)
  if (cursor !== undefined && at < 0)
    throw badParameter(
      'cursor',
      `"${cursor}" is the cursor of no page of this list; begin again without one.`,
    )
  const page = newestFirst.slice(at + 1, at + 1 + limit)
  const isLast = at + 1 + limit >= newestFirst.length
  return { items: page.map(({ entry }) => entry), next: isLast ? null : (page.at(-1)?.key ?? null) }
}
