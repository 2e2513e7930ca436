import type { Call } from './call.ts'
import type { PageFacts } from './render-context.ts'

/** The page of a list that the request asks for, or the whole list where the operation has no pages. */
export function pageOf<T>(
  { mock, query }: Pick<Call, 'mock' | 'query'>,
  all: readonly T[],
): { readonly items: readonly T[]; readonly page?: PageFacts } {
  if (mock.page === undefined) return { items: mock.most === undefined ? all : all.slice(0, mock.most) }
  const { number, size } = mock.page
  const page: PageFacts = {
    number: asNumber(query[number.param], number.base),
    size: Math.min(asNumber(query[size.param], size.default), size.maximum),
    total: all.length,
    base: number.base,
  }
  const start = (page.number - page.base) * page.size
  return { items: all.slice(start, start + page.size), page }
}

function asNumber(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback
}
