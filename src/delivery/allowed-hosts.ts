import { BlockList, isIP } from 'node:net'
import { MockError } from '../core/errors.ts'
import { parseUrl } from '../core/parse-url.ts'
import { hostOf, isInList, portOf } from './loopback.ts'

/** Who may be reached beside loopback. */
export interface AllowedHosts {
  /** By its name, or by the address that stands in place of one. */
  names(url: URL): boolean
  /** By an address that a name led to. */
  addresses(address: string): boolean
}

interface NamedHost {
  readonly host: string
  /** Null: any. */
  readonly port: number | null
}

/** @param entries `NAME[:PORT]`, an address, or a CIDR. @param origins allowed with exactly their port. */
export function readAllowedHosts(entries: readonly string[], origins: readonly URL[]): AllowedHosts {
  const networks = new BlockList()
  const hosts: NamedHost[] = origins.map((url) => ({ host: hostOf(url), port: portOf(url) }))
  for (const entry of entries) {
    // What a name leads to is judged, too, so an address is a network of one.
    const family = isIP(entry)
    if (family !== 0) networks.addAddress(entry, family === 6 ? 'ipv6' : 'ipv4')
    else if (entry.includes('/')) addNetwork(networks, entry)
    else hosts.push(readHost(entry))
  }
  return {
    names: (url) =>
      isInList(networks, hostOf(url)) ||
      hosts.some(({ host, port }) => host === hostOf(url) && (port === null || port === portOf(url))),
    addresses: (address) => isInList(networks, address),
  }
}

function addNetwork(networks: BlockList, entry: string): void {
  const [address = '', bits = ''] = entry.split('/')
  const family = isIP(address)
  const isWhole = /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32)
  if (family === 0 || !isWhole) throw badHost(entry)
  networks.addSubnet(address, Number(bits), family === 6 ? 'ipv6' : 'ipv4')
}

function readHost(entry: string): NamedHost {
  const url = parseUrl(`http://${entry}`)
  if (
    entry === '' ||
    url === null ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.username !== '' ||
    /[@*]/.test(entry)
  )
    throw badHost(entry)
  // `http:` hides its own default port.
  const port = /:(\d+)$/.exec(entry.replace(/^\[.*\]/, ''))?.[1]
  return { host: hostOf(url), port: port === undefined ? null : Number(port) }
}

function badHost(entry: string): MockError {
  return new MockError('input', 'BAD_HOST', `Failed to read the allowed hosts: "${entry}" is no host.`, {
    hint: 'Write a name or an address, with a port if only that one is meant (example.be:8443), or a network (10.0.0.0/8).',
  })
}
