import { createChance } from '../../../../src/core/ids.ts'
import type { Json, JsonObject } from '../../../../src/core/json.ts'
import { createFaultBook } from '../../../../src/fault/create-fault-book.ts'
import type { DeliveryAction, FaultOf } from '../../../../src/fault/fault.ts'
import type { FaultBook } from '../../../../src/fault/fault-book.ts'
import { readFault } from '../../../../src/fault/read-fault.ts'

/** A book of faults as people write them. */
export function bookOf(...sources: readonly JsonObject[]): FaultBook {
  const book = createFaultBook(createChance('faults'))
  for (const source of sources) {
    const read = readFault(source)
    if ('problems' in read) throw new Error(JSON.stringify(read.problems))
    book.add(read.fault)
  }
  return book
}

/** Actions of the delivery plane, as `do` is written. */
export function actionsOf(...wanted: readonly Json[]): readonly DeliveryAction[] {
  if (wanted.length === 0) return []
  const read = readFault({ plane: 'delivery', do: wanted })
  if ('problems' in read) throw new Error(JSON.stringify(read.problems))
  return (read.fault as unknown as FaultOf<'delivery'>).do as readonly DeliveryAction[]
}
