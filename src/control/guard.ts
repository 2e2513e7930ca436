import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import type { Request } from 'express'
import { isLocalName, isLoopback } from '../core/address.ts'
import { ControlProblem } from './problems.ts'

interface GuardSettings {
  readonly host: string
  readonly serverNames: readonly string[]
}

/** @throws ControlProblem 403 for a Host that is not this mock's, or a write by a page of another origin */
export function checkCaller(settings: GuardSettings, { method, headers }: Request): void {
  const { host, origin } = headers
  if (!hostAllowed(host, settings)) {
    const detail = `The Host "${host ?? ''}" is neither loopback nor known. Add --server-name ${host?.replace(/:\d+$/, '') ?? 'NAME'} if it is this mock.`
    throw new ControlProblem(403, 'forbidden-host', detail, { errors: [{ field: 'Host', detail }] })
  }
  if (originAllowed(method, headers)) return
  const detail = `A page of ${origin ?? 'another site'} may not write here.`
  throw new ControlProblem(403, 'forbidden-origin', detail, { errors: [{ field: 'Origin', detail }] })
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
export function originAllowed(method: string, headers: IncomingHttpHeaders): boolean {
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
