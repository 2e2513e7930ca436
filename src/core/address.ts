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

/** RFC 6761, section 6.3: `localhost` and what ends in `.localhost`. */
export function isLocalName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost')
}

/** What a server listens on that is bound to every address of its machine. */
export const EVERY_ADDRESS: readonly string[] = ['0.0.0.0', '::']

// RFC 1122, section 3.2.1.3, and RFC 4291, section 2.5.3.
const loopback = new BlockList()

loopback.addSubnet('127.0.0.0', 8, 'ipv4')

loopback.addAddress('::1', 'ipv6')

/** Whether it is an address of this machine alone; mapped ones (`::ffff:127.0.0.1`) count as IPv4. */
export function isLoopback(address: string): boolean {
  return address === '127.0.0.1' || isInList(loopback, address)
}

/** False for what is no IP address. */
export function isInList(list: BlockList, address: string): boolean {
  const family = isIP(address)
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4')
}
