import type { MockParts } from '../api/context.ts'
import { preloadExamples } from '../api/example-answer.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import type { Fault, FaultId, FaultOf, FaultRegistry } from '../fault/fault.ts'
import { faultError, knownNames, readFault } from '../fault/read-fault.ts'
import type { Provider } from '../spec/provider.ts'
import type { Scope } from '../state/store.ts'
/** A fault in force. */
export interface FaultInForce {
  readonly id: FaultId
  /** How many messages it has applied. */
  readonly applied: number
  remove(): void
}

export interface MockFaults {
  /** The faults in force, with what they have applied. */
  readonly faults: FaultRegistry
  /**
   * Has something go wrong from now on: `{plane, on, do, with?, times?, probability?, key?, then?}`.
   *
   * @throws MockError (input) that names what is wrong with it.
   * @example mock.use({ plane: 'api', on: { operation: 'listWebhooks' }, do: [503, 'timeout', 'pass'] })
   */
  use(fault: JsonObject): FaultInForce
}

/** Adds a fault as it was written. @throws MockError (input) that names what is wrong with it. */
export function addFault(
  { faults, providers }: Pick<MockParts, 'faults' | 'providers'>,
  source: JsonObject,
): Fault {
  const fault = checkFault([...providers.values()], source)
  if (takesExamples(fault)) preloadExamples()
  return faults.add(fault)
}

/** Whether what it answers is made of the document's examples. */
function takesExamples(fault: Omit<Fault, 'id'>): boolean {
  return (
    fault.plane === 'api' &&
    (fault as Omit<FaultOf<'api'>, 'id'>).do.some(
      (action) => (action.name === 'status' && action.body === undefined) || action.name === 'rate-limit',
    )
  )
}

/** @throws MockError (input) that names what is wrong with it. */
export function checkFault(providers: readonly Provider[], source: JsonObject): Omit<Fault, 'id'> {
  const on = isJsonObject(source) && isJsonObject(source.on) ? source.on : {}
  const read = readFault(source, { ...knownNames(providers, on.provider), eventIds: true })
  if ('problems' in read) throw faultError(read.problems)
  return read.fault
}

export function faultMethods(parts: Pick<MockParts, 'faults' | 'providers'>): MockFaults {
  return {
    faults: parts.faults,
    use(source) {
      const { id } = addFault(parts, source)
      return {
        id,
        get applied() {
          return parts.faults.list().find(({ fault }) => fault.id === id)?.applied ?? 0
        },
        remove: () => void parts.faults.remove(id),
      }
    },
  }
}

/** Whose faults go with a scope: one that names an account alone is that account's, where no other provider has it. */
export async function faultScope(
  { providers, accounts }: Pick<MockParts, 'providers' | 'accounts'>,
  scope: Scope,
): Promise<Scope> {
  const { provider, account } = scope
  if (provider === undefined || account === undefined) return scope
  const others = [...providers.keys()].filter((id) => id !== provider)
  const namesakes = await Promise.all(others.map((id) => accounts.find(id, account)))
  return namesakes.some((one) => one !== undefined) ? scope : { account }
}
