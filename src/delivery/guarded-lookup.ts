import type { LookupAddress, LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isLocalName } from './loopback.ts'

/** As node:dns has it, for all addresses of a name. */
export type Resolve = (name: string, options: LookupOptions) => Promise<readonly LookupAddress[]>

export const systemResolve: Resolve = async (name, options) => {
  const { lookup } = await import('node:dns/promises')
  return lookup(name, { ...options, all: true })
}

/** A name led to no address that may be reached. */
export class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError'
}

export interface Guard {
  readonly mayReach: (address: string) => boolean
  /** Whether the name itself was allowed: what it leads to is then nobody's question. */
  readonly isNamed: boolean
}

const LOCAL: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

/** A `lookup` for sockets that gives out only addresses which may be reached, so no other one is ever connected to. */
export function guardedLookup(
  { mayReach, isNamed }: Guard,
  resolve: Resolve = systemResolve,
): LookupFunction {
  return (name, options, done) => {
    const answer = (addresses: readonly LookupAddress[]) => {
      const [first] = addresses
      if (options.all === true) done(null, [...addresses])
      else if (first !== undefined) done(null, first.address, first.family)
    }
    const refuse = (error: Error) => done(error, '', 4)
    const host = name.replace(/\.$/, '')
    if (isLocalName(host)) return answer(LOCAL)
    const judge = (addresses: readonly LookupAddress[]) => {
      const reachable = isNamed ? addresses : addresses.filter(({ address }) => mayReach(address))
      if (reachable.length === 0) refuse(new BlockedAddressError(`${host} is not loopback`))
      else answer(reachable)
    }
    // A name that nobody allowed and that leads nowhere is no receiver that is down: it would not have been reached.
    const fail = (error: Error) =>
      refuse(isNamed ? error : new BlockedAddressError(`${host} is not loopback`))
    resolve(name, options).then(judge, fail)
  }
}
