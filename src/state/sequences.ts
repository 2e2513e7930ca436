import type { Database } from './database.ts'
import { type Change, put } from './store.ts'

export interface Sequences {
  /** A number that nobody else is given, though none may be kept yet. */
  next(sequence: string, start: number): { readonly value: number; readonly change: Change }
  restart(): void
}

export function createSequences({ tables }: Database): Sequences {
  const given = new Map<string, number>()
  return {
    next(sequence, start) {
      const last = Math.max(
        tables.counters.get(sequence)?.value ?? start - 1,
        given.get(sequence) ?? start - 1,
      )
      given.set(sequence, last + 1)
      return { value: last + 1, change: put('counters', { id: sequence, value: last + 1 }) }
    },
    restart() {
      given.clear()
    },
  }
}
