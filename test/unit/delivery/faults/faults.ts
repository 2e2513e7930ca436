import type { Json, JsonObject } from '../../../../src/core/json.ts'
import { createRandom } from '../../../../src/core/random.ts'
import type { DeliveryAction } from '../../../../src/fault/delivery-catalogue.ts'
import type { FaultOf, FaultRegistry } from '../../../../src/fault/fault.ts'
import { readFault } from '../../../../src/fault/read-fault.ts'
import { createFaultRegistry } from '../../../../src/fault/registry.ts'

/** A registry of faults as people write them. */
export function registryOf(...sources: readonly JsonObject[]): FaultRegistry {
  const registry = createFaultRegistry(createRandom('faults'))
  for (const source of sources) {
    const read = readFault(source)
    if ('issues' in read) throw new Error(JSON.stringify(read.issues))
    registry.add(read.fault)
  }
  return registry
}

/** Actions of the delivery plane, as `do` is written. */
export function actionsOf(...wanted: readonly Json[]): readonly DeliveryAction[] {
  if (wanted.length === 0) return []
  const read = readFault({ plane: 'delivery', do: wanted })
  if ('issues' in read) throw new Error(JSON.stringify(read.issues))
  return (read.fault as unknown as FaultOf<'delivery'>).do as readonly DeliveryAction[]
}
