import type { Json, JsonObject } from '../../../../src/core/json.ts'
import { createRandom } from '../../../../src/core/random.ts'
import type { DeliveryAction, FaultOf, FaultRegistry } from '../../../../src/fault/fault.ts'
import { readFault } from '../../../../src/fault/read-fault.ts'
import { createFaultRegistry } from '../../../../src/fault/registry.ts'

/** A book of faults as people write them. */
export function bookOf(...sources: readonly JsonObject[]): FaultRegistry {
  const book = createFaultRegistry(createRandom('faults'))
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
