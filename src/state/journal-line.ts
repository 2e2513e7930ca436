import { isObject } from '../core/json.ts'
import { isTableName, type Operation } from './operation.ts'

/** One commit as one line, newline included: it is there as a whole, or torn and not at all. */
export function writeJournalLine(operations: readonly Operation[]): string {
  return `${JSON.stringify(operations)}\n`
}

/** The commit in a line, or undefined when it is none. */
export function readJournalLine(text: string | undefined): readonly Operation[] | undefined {
  const value = text === undefined ? undefined : parse(text)
  return Array.isArray(value) && value.every(isOperation) ? value : undefined
}

/** Whether it can stand in a table. What its other fields hold was checked before it was kept. */
export function isRecord(value: unknown): boolean {
  return isObject(value) && typeof value.id === 'string'
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isOperation(value: unknown): value is Operation {
  if (!isObject(value)) return false
  if ('clear' in value) return isObject(value.clear)
  if (!isTableName(value.table)) return false
  return 'put' in value ? isRecord(value.put) : typeof value.remove === 'string'
}
