import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import type { Request, RequestHandler } from 'express'
import type { MockParts } from '../api/context.ts'
import { EVERY_ADDRESS, hostOf, isLocalName, isLoopback } from '../core/address.ts'
import { sameHeader } from '../core/headers.ts'
import { ControlProblem, sendProblem } from './problems.ts'
import { HEALTH_PATH } from './routes.ts'

type GuardSettings = Pick<MockParts['settings'], 'host' | 'serverNames'>

/**
 * Answers 403 to a web page that got here by a name of its own, or writes from another site. It stands before everything
 * that the mock serves: the providers' APIs can register webhooks, and a webhook reaches every port of this machine.
 */
export function guardCaller({
  settings,
  feed,
}: {
  readonly settings: GuardSettings
  readonly feed: Pick<MockParts['feed'], 'publish'>
}): RequestHandler {
  return (request, response, next) => {
    const refused = request.path === `/_mock${HEALTH_PATH}` ? null : refusalOf(settings, request)
    if (refused === null) return next()
    feed.publish({ type: 'notice', text: `${request.method} ${request.path} refused: ${refused.message}` })
    sendProblem(response, refused)
  }
}

function refusalOf(settings: GuardSettings, request: Request): ControlProblem | null {
  const unknown = hostsOf(request).find((host) => !hostAllowed(host, settings))
  if (unknown !== undefined) {
    const detail = unknownHost(unknown)
    return new ControlProblem(403, 'forbidden-host', detail, { errors: [{ field: 'Host', detail }] })
  }
  const { method, headers } = request
  if (originAllowed(method, headers)) return null
  const detail = `A page of ${headers.origin ?? 'another site'} may not write here. Call from your server, or through a proxy at the page's own origin.`
  return new ControlProblem(403, 'forbidden-origin', detail, { errors: [{ field: 'Origin', detail }] })
}

function unknownHost(host: string): string {
  const name = hostName(host)
  if (name === undefined) return `The Host "${host}" is not NAME[:PORT].`
  return `The Host "${host}" is not a name of this mock, so a web page may have been pointed here by its DNS. If you call the mock by this name, start it with --server-name ${name} (or HOOKPROOF_SERVER_NAME=${name}).`
}

/**
 * What a request says that it is for: its Host, of which there should be one, and the target where that is a whole URL
 * (RFC 9112, section 3.2.2).
 */
function hostsOf({ url, rawHeaders }: Request): readonly string[] {
  const hosts: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (sameHeader(rawHeaders[i] ?? '', 'host')) hosts.push(rawHeaders[i + 1] ?? '')
  const target = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1]
  if (target !== undefined) hosts.push(target)
  return hosts.length === 0 ? [''] : hosts
}

/**
 * Whether the Host header names this mock. A page whose name was rebound to 127.0.0.1 sends its own name, so nothing is
 * answered to it. No name leads to an address, so one is known wherever the mock listens on all of them.
 */
export function hostAllowed(host: string, { host: bound, serverNames }: GuardSettings): boolean {
  const name = hostName(host)
  if (name === undefined) return false
  if (isLocalName(name) || isLoopback(name)) return true
  const known = hostName(bound) ?? bound
  return (
    name === known ||
    (EVERY_ADDRESS.includes(known) && isIP(name) !== 0) ||
    serverNames.some((allowed) => (hostName(allowed) ?? allowed) === name)
  )
}

/** Whether a write comes from the mock's own pages or from no browser at all. */
export function originAllowed(method: string, headers: IncomingHttpHeaders): boolean {
  if (SAFE_METHODS.includes(method)) return true
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  // What a browser says here no page can change; the Host is another one behind the proxy of a development server.
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  if (origin === undefined) return true
  return typeof origin === 'string' && origin.toLowerCase() === `http://${String(host).toLowerCase()}`
}

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/** The name of `name:port` or `[address]:port` as a browser has it: in lower case, `127.1` as 127.0.0.1. */
function hostName(host: string): string | undefined {
  if (isIP(host) === 6) return hostName(`[${host}]`)
  const url = /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host) ? URL.parse(`http://${host}`) : null
  return url === null ? undefined : hostOf(url)
}
