import type { LookupAddress, LookupOptions } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { createAddressList, hostOf, hostUrl, isLocalName, isLoopback, portOf } from '../core/address.ts'
import { MockError } from '../core/errors.ts'

/** Which hosts may be reached beside loopback. */
interface AllowedHosts {
  /** By its name, or by the address that stands in place of one. */
  names(url: URL): boolean
  /** By an address that a name led to. */
  addresses(address: string): boolean
  /** Whether an address or a network is allowed, so that what a name leads to has to be known. */
  readonly hasAddresses: boolean
}

interface NamedHost {
  readonly host: string
  /** Null: any. */
  readonly port: number | null
}

/** @param entries `NAME[:PORT]`, an address, or a CIDR. @param origins allowed with exactly their port. */
function readAllowedHosts(entries: readonly string[], origins: readonly URL[]): AllowedHosts {
  const networks = createAddressList()
  const hosts: NamedHost[] = origins.map((url) => ({ host: hostOf(url), port: portOf(url) }))
  let hasAddresses = false
  for (const entry of entries) {
    // What a name leads to is checked, too, so an address is a network of one.
    const isNetwork = entry.includes('/') || isIP(entry) !== 0
    if (isNetwork) networks.add(...readNetwork(entry))
    else hosts.push(readHost(entry))
    hasAddresses ||= isNetwork
  }
  return {
    names: (url) =>
      networks.has(hostOf(url)) ||
      hosts.some(({ host, port }) => host === hostOf(url) && (port === null || port === portOf(url))),
    addresses: networks.has,
    hasAddresses,
  }
}

/** An address and the length of its prefix, if it has one. */
function readNetwork(entry: string): readonly [address: string, bits?: number] {
  const [address = '', bits, ...rest] = entry.split('/')
  const family = isIP(address)
  if (family !== 0 && bits === undefined) return [address]
  const isWhole = /^\d{1,3}$/.test(bits ?? '') && Number(bits) <= (family === 6 ? 128 : 32)
  if (family === 0 || !isWhole || rest.length > 0) throw badHost(entry)
  return [address, Number(bits)]
}

function readHost(entry: string): NamedHost {
  const url = hostUrl(entry)
  if (url === null) throw badHost(entry)
  // `http:` hides its own default port.
  const port = /:(\d+)$/.exec(entry.replace(/^\[.*\]/, ''))?.[1]
  return { host: hostOf(url), port: port === undefined ? null : Number(port) }
}

function badHost(entry: string): MockError {
  return new MockError('input', 'BAD_HOST', `Failed to read the allowed hosts: "${entry}" is no host.`, {
    hint: 'Write a name or an address, with a port to allow only that one (example.be:8443), or a network (10.0.0.0/8).',
  })
}

interface ForwardRule {
  /** An origin, a URL prefix, or `*`. */
  readonly from: string
  readonly to: string
}

interface Forward {
  readonly to: URL
  /** Where a URL goes instead; undefined when this rule does not fit it. */
  apply(url: URL): URL | undefined
}

/** The most specific rule first. */
function readForwards(rules: readonly ForwardRule[]): readonly Forward[] {
  return rules.toSorted((a, b) => lengthOf(b.from) - lengthOf(a.from)).map(readForward)
}

const lengthOf = (from: string) => (from === '*' ? 0 : from.length)

function readForward({ from, to }: ForwardRule): Forward {
  const target = readUrl(to)
  if (from === '*') return { to: target, apply: (url) => joined(target, url.pathname, url.search) }
  const prefix = readUrl(from)
  const path = prefix.pathname.replace(/\/$/, '')
  return {
    to: target,
    apply(url) {
      const isBelow = url.pathname === path || url.pathname.startsWith(`${path}/`)
      if (url.origin !== prefix.origin || !isBelow) return undefined
      return joined(target, url.pathname.slice(path.length), url.search)
    },
  }
}

/** The rest of the path and the query are kept, below the target's own path. */
function joined(target: URL, rest: string, search: string): URL {
  const url = new URL(target)
  const own = target.pathname.replace(/\/$/, '')
  url.pathname = rest === '' ? target.pathname : own + rest
  url.search = search
  return url
}

function readUrl(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') return url
  throw new MockError(
    'input',
    'BAD_FORWARD',
    `Failed to read the forwarding: "${text}" is no http or https address.`,
    {
      hint: 'Write --forward https://example.be=http://127.0.0.1:3000, or * for every address.',
    },
  )
}

/** As node:dns has it, for all addresses of a name. */
export type Resolve = (name: string, options: LookupOptions) => Promise<readonly LookupAddress[]>

const systemResolve: Resolve = async (name, options) => {
  const { lookup } = await import('node:dns/promises')
  return lookup(name, { ...options, all: true })
}

/** A name led to no address that may be reached. */
export class BlockedAddressError extends Error {
  override readonly name = 'BlockedAddressError'
  readonly blocked: Blocked

  constructor(blocked: Blocked) {
    super(blocked.error)
    this.blocked = blocked
  }
}

const LOCAL: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

/** The address of a receiver that was given by name. */
export function trustedOrigin(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol)) return url
  throw new MockError(
    'input',
    'BAD_URL',
    `Failed to read the receiver's address: "${text}" is no http or https URL.`,
    {
      hint: 'Write it as http://127.0.0.1:3000/webhooks.',
    },
  )
}

export interface EgressSettings {
  /** `NAME[:PORT]`, an address, or a CIDR. */
  readonly allowHosts: readonly string[]
  readonly forward: readonly ForwardRule[]
  /** Origins that were given as receivers. */
  readonly trusted: readonly string[]
  /** Whether the mock itself answers there: a delivery could reset it, or come back for ever. */
  readonly isOwn?: (address: string, port: number) => boolean
}

export interface Blocked {
  readonly kind: 'blocked'
  readonly error: string
  /** The flag that would let it through. */
  readonly hint: string
}

export type Route = { readonly kind: 'open'; readonly sentTo: URL } | Blocked

/** Where deliveries may go: loopback only, unless named, mapped or trusted, and never to the mock itself. */
export interface Egress {
  /** For registrations, by the name alone: whether a delivery there could be allowed. */
  allows(url: URL): boolean
  /**
   * Where a delivery to a registered URL goes. A name that is not allowed is not looked up, unless addresses are: then those
   * that it leads to are checked once they are known.
   */
  route(url: URL): Route
  /** For sockets to an origin: gives out reachable addresses only. */
  lookup(origin: URL): LookupFunction
  /** The outcome for a host that may not be reached. */
  blocked(url: URL): Blocked
  /** Whether a name was allowed as such, so that only the network decides. */
  isNamed(url: URL): boolean
}

/** @throws MockError when a setting cannot be read. */
export function createEgress(settings: EgressSettings, resolve: Resolve = systemResolve): Egress {
  const { isOwn = () => false } = settings
  const forwards = readForwards(settings.forward)
  const origins = [...settings.trusted.map(trustedOrigin), ...forwards.map(({ to }) => to)]
  const allowed = readAllowedHosts(settings.allowHosts, origins)
  const isNamed = (url: URL) => isLocalName(hostOf(url)) || isLoopback(hostOf(url)) || allowed.names(url)
  const target = (url: URL) => firstOf(forwards, (forward) => forward.apply(url)) ?? url

  function blockedByName(url: URL): Blocked | null {
    const host = hostOf(url)
    if (!isNamed(url)) return isIP(host) === 0 && allowed.hasAddresses ? null : notAllowed(url)
    const addresses = isLocalName(host) ? LOCAL : [{ address: host }]
    return leadsHere(url, addresses) ? ownAddress(url) : null
  }

  /** One is enough: which of a name's addresses a socket gets to is not known before. */
  function leadsHere(url: URL, addresses: readonly Pick<LookupAddress, 'address'>[]): boolean {
    return addresses.some(({ address }) => isOwn(address, portOf(url)))
  }

  async function reachable(origin: URL, options: LookupOptions): Promise<readonly LookupAddress[]> {
    const blocked = blockedByName(origin)
    if (blocked !== null) throw new BlockedAddressError(blocked)
    const host = hostOf(origin)
    if (isLocalName(host)) return LOCAL
    const found = await resolve(host, options).catch((error: Error) => {
      // That a name which was not allowed leads nowhere does not make its receiver down.
      throw isNamed(origin) ? error : new BlockedAddressError(notAllowed(origin))
    })
    const addresses = isNamed(origin)
      ? found
      : found.filter(({ address }) => isLoopback(address) || allowed.addresses(address))
    if (leadsHere(origin, addresses)) throw new BlockedAddressError(ownAddress(origin))
    if (addresses.length === 0) throw new BlockedAddressError(notAllowed(origin))
    return addresses
  }

  return {
    isNamed,
    blocked: notAllowed,
    allows: (url) => isNamed(target(url)),
    route(url) {
      if (!/^https?:$/.test(url.protocol))
        return {
          kind: 'blocked',
          error: `${url.protocol} is neither http nor https`,
          hint: 'register another URL',
        }
      const sentTo = target(url)
      return blockedByName(sentTo) ?? { kind: 'open', sentTo }
    },
    lookup: (origin) => (_name, options, done) => {
      reachable(origin, options).then(
        (addresses) => {
          const [first] = addresses
          if (options.all === true) done(null, [...addresses])
          else if (first !== undefined) done(null, first.address, first.family)
        },
        (error: Error) => done(error, '', 4),
      )
    },
  }
}

function notAllowed(url: URL): Blocked {
  const host = hostOf(url)
  return {
    kind: 'blocked',
    error: `${host} is not loopback`,
    hint: `add --allow-host ${host} or --forward ${url.origin}=http://127.0.0.1:PORT`,
  }
}

function ownAddress(url: URL): Blocked {
  return {
    kind: 'blocked',
    error: `${url.origin} is this mock itself`,
    hint: 'register the URL of your receiver',
  }
}

function firstOf<T, R>(items: readonly T[], read: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const value = read(item)
    if (value !== undefined) return value
  }
  return undefined
}
