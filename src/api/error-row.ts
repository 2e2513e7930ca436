import type { ErrorRow } from '../spec/vocabulary.ts'
import type { RequestProblem } from './problem.ts'

/** Whether a row speaks of this problem of a request with this `Accept`. */
export function rowFits(row: ErrorRow, { problem, place, keyword }: RequestProblem, accept: string): boolean {
  return (
    asList(row.when).includes(problem) &&
    (row.at === undefined || placeFits(row.at, place)) &&
    (row.keyword === undefined || (keyword !== undefined && asList(row.keyword).includes(keyword))) &&
    (row.accept === undefined || mediaRanges(accept).includes(row.accept))
  )
}

/** What becomes of a request: the row that refuses it with the problems that it tells of, or what was let pass. */
export interface Judgement {
  readonly refused: {
    readonly row: ErrorRow | undefined
    readonly problems: readonly RequestProblem[]
  } | null
  readonly accepted: readonly RequestProblem[]
  readonly clamped: readonly RequestProblem[]
}

/** The first row that fits any of the problems decides, once those that a row accepts or clamps are set aside. */
export function judge(
  rows: readonly ErrorRow[],
  problems: readonly RequestProblem[],
  accept: string,
): Judgement {
  const byDeed = {
    refuse: [] as RequestProblem[],
    accept: [] as RequestProblem[],
    clamp: [] as RequestProblem[],
  }
  for (const one of problems) byDeed[rows.find((row) => rowFits(row, one, accept))?.do ?? 'refuse'].push(one)
  const row = rows.find((candidate) => byDeed.refuse.some((one) => rowFits(candidate, one, accept)))
  const told = byDeed.refuse.filter((one) => row === undefined || asList(row.when).includes(one.problem))
  const first = told.find((one) => row !== undefined && rowFits(row, one, accept))
  return {
    refused:
      byDeed.refuse.length === 0
        ? null
        : { row, problems: first === undefined ? told : [first, ...told.filter((one) => one !== first)] },
    accepted: byDeed.accept,
    clamped: byDeed.clamp,
  }
}

/** What a row says of one field among several: the first row that fits it and lists fields. */
export function fieldTextFor(rows: readonly ErrorRow[], one: RequestProblem, accept: string): string {
  return rows.find((row) => row.details === 'fields' && rowFits(row, one, accept))?.fieldText ?? '{reason}'
}

function placeFits(pattern: string, place: string): boolean {
  const wanted = pattern.toLowerCase().split('/')
  const found = place.toLowerCase().split('/')
  return wanted.length === found.length && wanted.every((step, i) => step === '*' || step === found[i])
}

function mediaRanges(accept: string): readonly string[] {
  return accept.split(',').map((range) => (range.split(';')[0] ?? '').trim().toLowerCase())
}

function asList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T]
}
