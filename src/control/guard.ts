import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import type { Request, RequestHandler } from 'express'
import type { MockParts } from '../api/context.ts'
import { EVERY_ADDRESS, hostOf, hostUrl, isLocalName, isLoopback } from '../core/address.ts'
import { MockError } from '../core/errors.ts'
import { sameHeader } from '../core/headers.ts'
import { shorten } from '../core/text.ts'
import { ControlProblem, sendProblem } from './problems.ts'
import { HEALTH_PATH } from './routes.ts'

interface Names {
  /** What the mock is bound to. */
  readonly host: string
  readonly serverNames: readonly string[]
}

/**
 * Answers 403 to a web page that got here by a name of its own, or writes from another site. It stands before everything
 * that the mock serves: the providers' APIs can register webhooks, and a webhook reaches every port of this machine.
 *
 * @param isKnown of {@link hostCheck}
 */
export function guardCaller(
  isKnown: (host: string) => boolean,
  feed: Pick<MockParts['feed'], 'publish'>,
): RequestHandler {
  return (request, response, next) => {
    const refused = request.path === `/_mock${HEALTH_PATH}` ? null : refusalOf(isKnown, request)
    if (refused === null) return next()
    feed.publish({ type: 'notice', text: `${request.method} ${request.path} refused: ${refused.message}` })
    sendProblem(response, refused)
  }
}

function refusalOf(isKnown: (host: string) => boolean, request: Request): ControlProblem | null {
  const unknown = hostsOf(request).find((host) => !isKnown(host))
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
  if (name === undefined) return `The Host "${shorten(host)}" is not NAME[:PORT].`
  return `The Host "${shorten(host)}" is not a name of this mock, so a web page may have been pointed here by its DNS. If you call the mock by this name, start it with --server-name ${name} (or HOOKPROOF_SERVER_NAME=${name}).`
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
 * Whether a Host header names this mock. A page whose name was rebound to 127.0.0.1 sends its own name, so nothing is
 * answered to it. No name leads to an address, so one is known wherever the mock listens on all of them.
 *
 * @throws MockError for a name that no Host header could have
 */
export function hostCheck({ host: bound, serverNames }: Names): (host: string) => boolean {
  const own = hostUrl(bound.replace(/%.*$/s, ''))
  const known = new Set(serverNames.map(configuredName)).add(own === null ? bound : hostOf(own))
  const isEverywhere = EVERY_ADDRESS.some((address) => known.has(address))
  // Most requests have the same one, and to read it takes some microseconds.
  let latest: string | undefined
  return (host) => {
    if (host === latest) return true
    const name = hostName(host)
    if (name === undefined) return false
    const isAllowed =
      isLocalName(name) || isLoopback(name) || known.has(name) || (isEverywhere && isIP(name) !== 0)
    if (isAllowed) latest = host
    return isAllowed
  }
}

function configuredName(text: string): string {
  const url = hostUrl(text)
  if (url !== null) return hostOf(url)
  throw new MockError('input', 'BAD_SERVER_NAME', `Failed to read the server names: "${text}" is no host.`, {
    hint: 'Write a name or an address, such as mock or 192.168.1.5.',
  })
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

/** The name in a Host header as a browser has it: in lower case, `127.1` as 127.0.0.1. Browsers send ASCII. */
function hostName(host: string): string | undefined {
  const url = /^[\w.:[\]-]+$/.test(host) ? hostUrl(host) : null
  return url === null ? undefined : hostOf(url)
}
