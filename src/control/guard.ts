import { isIP } from 'node:net'
import { isLocalName, isLoopback } from '../delivery/loopback.ts'

/** Headers of a request, names in lower case. */
export type GuardedHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

export interface GuardSettings {
  readonly host: string
  readonly serverNames: readonly string[]
}

/**
 * Whether the Host header names this mock. A page whose name was rebound to 127.0.0.1 sends its own name, so nothing is
 * answered to it.
 */
export function hostAllowed(host: string | undefined, { host: bound, serverNames }: GuardSettings): boolean {
  const name = host === undefined ? undefined : hostName(host)
  if (name === undefined) return false
  return (
    isLocalName(name) ||
    isLoopback(name) ||
    [bound, ...serverNames].some((allowed) => (hostName(allowed) ?? allowed) === name)
  )
}

/** Whether a write comes from the mock's own pages or from no browser at all. */
export function originAllowed(method: string, headers: GuardedHeaders): boolean {
  if (SAFE_METHODS.includes(method)) return true
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  if (site === 'cross-site' || site === 'same-site') return false
  if (origin === undefined) return true
  return typeof origin === 'string' && origin.toLowerCase() === `http://${String(host).toLowerCase()}`
}

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/** The name of `name:port` or `[address]:port`, in lower case; undefined when it is neither. */
function hostName(host: string): string | undefined {
  const bare = host.toLowerCase()
  if (isIP(bare) === 6) return bare
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@?#\s]+))(?::\d+)?$/.exec(bare)
  return match?.[1] ?? match?.[2]?.replace(/\.$/, '')
}
