import { isIP, type LookupFunction } from 'node:net'
import { readAllowedHosts } from './allowed-hosts.ts'
import { type ForwardRule, readForwards } from './forward.ts'
import { guardedLookup, type Resolve } from './guarded-lookup.ts'
import { hostOf, isLocalName, isLoopback } from './loopback.ts'
import { trustedOrigin } from './trusted-origin.ts'

export interface EgressSettings {
  /** `NAME[:PORT]`, an address, or a CIDR. */
  readonly allowHosts: readonly string[]
  readonly forward: readonly ForwardRule[]
  /** Origins that were named as receivers. */
  readonly trusted: readonly string[]
}

export interface Blocked {
  readonly kind: 'blocked'
  readonly error: string
  /** The flag that would let it through. */
  readonly hint: string
}

export type Route = { readonly kind: 'open'; readonly sentTo: URL } | Blocked

/** Where deliveries may go: loopback only, unless named, mapped or trusted. */
export interface Egress {
  /** Judged by the name alone, for registrations: whether a delivery there could be let through. */
  allows(url: URL): boolean
  /** Where a delivery to a registered URL goes; a name's addresses are judged only once they are known. */
  route(url: URL): Route
  /** For sockets to an origin: gives out reachable addresses only. */
  lookup(origin: URL): LookupFunction
  /** The block of a name whose addresses turned out to be out of reach. */
  blocked(url: URL): Blocked
  /** Whether a name was allowed as such, so that only the network decides. */
  isNamed(url: URL): boolean
}

/** @throws MockError when a setting cannot be read. */
export function createEgress(settings: EgressSettings, resolve?: Resolve): Egress {
  const forwards = readForwards(settings.forward)
  const origins = [...settings.trusted.map(trustedOrigin), ...forwards.map(({ to }) => to)]
  const allowed = readAllowedHosts(settings.allowHosts, origins)
  const mayReach = (address: string) => isLoopback(address) || allowed.addresses(address)
  const isNamed = (url: URL) => isLocalName(hostOf(url)) || isLoopback(hostOf(url)) || allowed.names(url)
  const target = (url: URL) => firstOf(forwards, (forward) => forward.apply(url)) ?? url
  return {
    isNamed,
    blocked,
    allows: (url) => isNamed(target(url)),
    route(url) {
      if (!/^https?:$/.test(url.protocol))
        return {
          kind: 'blocked',
          error: `${url.protocol} is neither http nor https`,
          hint: 'register another URL',
        }
      const sentTo = target(url)
      if (isIP(hostOf(sentTo)) !== 0 && !isNamed(sentTo)) return blocked(sentTo)
      return { kind: 'open', sentTo }
    },
    lookup: (origin) =>
      guardedLookup({ mayReach, isNamed: isNamed(origin) && !isLocalName(hostOf(origin)) }, resolve),
  }
}

function blocked(url: URL): Blocked {
  const host = hostOf(url)
  return {
    kind: 'blocked',
    error: `${host} is not loopback`,
    hint: `add --allow-host ${host} or --forward ${url.origin}=http://127.0.0.1:PORT`,
  }
}

function firstOf<T, R>(items: readonly T[], read: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const value = read(item)
    if (value !== undefined) return value
  }
  return undefined
}
