import type { MockParts } from '../api/context.ts'
import type { JsonObject } from '../core/json.ts'
import type { Fault, FaultId, FaultRegistry } from '../fault/fault.ts'
import { faultError, readFaultFor } from '../fault/read-fault.ts'
import type { Provider } from '../spec/provider.ts'
import type { Scope } from '../state/store.ts'

/** A fault in force. */
export interface FaultInForce {
  readonly id: FaultId
  /** How many messages it was applied to. */
  readonly applied: number
  remove(): void
}

export interface MockFaults {
  /** The faults in force, with how often each was applied. */
  readonly faults: FaultRegistry
  /**
   * Adds a fault, in force from now on: `{plane, on, do, with?, times?, probability?, key?, then?}`.
   *
   * @throws MockError (input) that names what is wrong with it.
   * @example mock.use({ plane: 'api', on: { operation: 'listWebhooks' }, do: [503, 'timeout', 'pass'] })
   */
  use(fault: JsonObject): FaultInForce
}

/** @throws MockError (input) that names what is wrong with it. */
export function checkFault(providers: readonly Provider[], source: JsonObject): Omit<Fault, 'id'> {
  const read = readFaultFor(providers, source)
  if ('issues' in read) throw faultError(read.issues)
  return read.fault
}

/** Adds a fault as it was written. @throws MockError (input) that names what is wrong with it. */
export function useFault(parts: Pick<MockParts, 'faults' | 'providers'>, source: JsonObject): Fault {
  return parts.faults.add(checkFault([...parts.providers.values()], source))
}

export function faultMethods(parts: Pick<MockParts, 'faults' | 'providers'>): MockFaults {
  return {
    faults: parts.faults,
    use(source) {
      const { id } = useFault(parts, source)
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

/** Whose faults are cleared with a scope: one that names an account alone is that account's, where no other provider has it. */
export async function faultScope(
  { providers, accounts }: Pick<MockParts, 'providers' | 'accounts'>,
  scope: Scope,
): Promise<Scope> {
  const { provider, account } = scope
  if (provider === undefined || account === undefined) return scope
  const others = [...providers.keys()].filter((id) => id !== provider)
  const sameNamed = await Promise.all(others.map((id) => accounts.find(id, account)))
  return sameNamed.some((one) => one !== undefined) ? scope : { account }
}
