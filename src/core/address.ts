import { BlockList, isIP } from 'node:net'

/** The host of a URL without brackets, and without the dot that may end a name. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

/** The port of a URL, or the default one of its protocol. */
export function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
}

/** A host as a URL has it: IPv6 addresses in brackets. */
export function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** `NAME[:PORT]` or an address, as a URL; null when it is neither. */
export function hostUrl(text: string): URL | null {
  if (text === '' || /[\s@*/?#\\%]/.test(text)) return null
  return URL.parse(`http://${isIP(text) === 6 ? inUrl(text) : text}`)
}

/** RFC 6761, section 6.3: `localhost` and what ends in `.localhost`. */
export function isLocalName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost')
}

/** What a server listens on that is bound to every address of its machine. */
export const EVERY_ADDRESS: readonly string[] = ['0.0.0.0', '::']

/** Addresses and networks, each of IPv4 or of IPv6: a mapped address (`::ffff:127.0.0.1`) is the IPv4 one that it leads to. */
export interface AddressList {
  /** @param bits of the network's prefix; default: the address alone */
  add(address: string, bits?: number): void
  /** False for what is no IP address. */
  has(address: string): boolean
}

export function createAddressList(): AddressList {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() }
  return {
    add(text, bits = LENGTHS[familyOf(text)]) {
      const address = bits < 96 ? text : unmapped(text)
      const family = familyOf(address)
      lists[family].addSubnet(address, address === text ? bits : bits - 96, family)
    },
    has(text) {
      if (isIP(text) === 0) return false
      const address = unmapped(text)
      return lists[familyOf(address)].check(address, familyOf(address))
    },
  }
}

const LENGTHS = { ipv4: 32, ipv6: 128 } as const

const familyOf = (address: string) => (isIP(address) === 4 ? 'ipv4' : 'ipv6')

const mapped = new BlockList()

// RFC 4291, section 2.5.5.2.
mapped.addSubnet('::ffff:0:0', 96, 'ipv6')

/** The IPv4 address of a mapped one; any other as it is. */
function unmapped(address: string): string {
  if (isIP(address) !== 6 || !mapped.check(address, 'ipv6')) return address
  const { hostname } = new URL(`http://[${address.replace(/%.*$/s, '')}]`)
  const [high = 0, low = 0] = hostname
    .slice(0, -1)
    .split(':')
    .slice(-2)
    .map((group) => Number.parseInt(group, 16))
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

const loopback = createAddressList()

// RFC 1122, section 3.2.1.3, and RFC 4291, section 2.5.3.
loopback.add('127.0.0.0', 8)

loopback.add('::1')

/** Whether it is an address of this machine alone; mapped ones (`::ffff:127.0.0.1`) count as IPv4. */
export function isLoopback(address: string): boolean {
  return address === '127.0.0.1' || loopback.has(address)
}
