import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { NextFunction, Request, Response } from 'express'
import { type AddressList, createAddressList, EVERY_ADDRESS, inUrl } from '../core/address.ts'
import { listenError, MockError } from '../core/errors.ts'
import { nameHint } from '../spec/names.ts'
import type { Provider } from '../spec/provider.ts'

export interface DeferredListener {
  /** Takes requests from the first moment on, and has them wait until there is someone to answer. */
  readonly listener: RequestListener
  open(to: RequestListener): void
}

/** So that the port is known to be free before anything else is touched. */
export function createDeferredListener(): DeferredListener {
  let answering: RequestListener | undefined
  const waiting: [IncomingMessage, ServerResponse][] = []
  return {
    listener: (request, response) => {
      // express would answer with a page of its own.
      if (!hasReadableTarget(request)) unreadable(response, 400)
      else if (answering === undefined) waiting.push([request, response as ServerResponse])
      else answering(request, response)
    },
    open(to) {
      answering = to
      for (const [request, response] of waiting.splice(0)) to(request, response)
    },
  }
}

/** A target that is no path is a whole URL, as proxies are sent it, or a single asterisk (RFC 9112, section 3.2). */
function hasReadableTarget({ url = '' }: IncomingMessage): boolean {
  return url.startsWith('/') || url === '*' || URL.canParse(url)
}

export interface Listening {
  readonly port: number
  /** `http://127.0.0.1:4010` */
  readonly origin: string
  /** Whether a connection to this address would be one to us. */
  answersAt(address: string, port: number): boolean
  /** Takes no more requests, lets running ones finish, at most `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** Both loopback addresses, so that `localhost` finds us whichever way it resolves. */
const LOOPBACK = ['127.0.0.1', '::1'] as const

/** Listens on a host, or on both loopback addresses; port 0 takes any free one. */
export async function listen(
  listener: RequestListener,
  port: number,
  host: string | undefined,
): Promise<Listening> {
  const [first, second] = host === undefined ? LOOPBACK : [host]
  const main = await listenOn(listener, port, first)
  const servers = [main]
  const bound = portOf(main)
  if (second !== undefined) {
    try {
      servers.push(await listenOn(listener, bound, second))
    } catch (error) {
      const isElsewhere = error instanceof MockError && error.code === 'PORT_BUSY'
      if (isElsewhere && port === 0) {
        await closeAll(servers, 0)
        return listen(listener, port, host)
      }
      // A machine without IPv6 is served on IPv4 alone.
      if (isElsewhere) {
        await closeAll(servers, 0)
        throw error
      }
    }
  }
  const addresses = servers.map((server) => (server.address() as AddressInfo).address)
  return {
    port: bound,
    origin: `http://${inUrl(first)}:${bound}`,
    answersAt: (address, port) => port === bound && leadingTo(addresses).has(address),
    close: (graceMs) => closeAll(servers, graceMs),
  }
}

/** The addresses that lead to a server which is bound to these: to every one of the machine's where it is bound to all. */
function leadingTo(bound: readonly string[]): AddressList {
  const list = createAddressList()
  // A connection to no address in particular is one to loopback.
  for (const address of [...bound, ...EVERY_ADDRESS]) list.add(address)
  if (bound.some((address) => EVERY_ADDRESS.includes(address))) {
    list.add('127.0.0.0', 8)
    for (const own of Object.values(networkInterfaces()))
      for (const { address } of own ?? []) list.add(address)
  }
  return list
}

function listenOn(listener: RequestListener, port: number, host: string): Promise<Server> {
  const server = createServer(listener)
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
    server.listen({ port, host, exclusive: true }, () => resolve(server))
  })
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

async function closeAll(servers: readonly Server[], graceMs: number): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          const force = setTimeout(() => server.closeAllConnections(), graceMs)
          server.close(() => {
            clearTimeout(force)
            resolve()
          })
          server.closeIdleConnections()
        }),
    ),
  )
}

/** Answers what nobody else did: which providers are where. */
export function unknownRoute(providers: readonly Provider[], origin: () => string) {
  return (request: Request, response: Response): void => {
    const known = providers.map(({ id, title, basePath }) => ({
      id,
      title,
      url: `${origin()}${basePath}`,
      openapi: `${origin()}/${id}/openapi.json`,
    }))
    const isIndex = request.path === '/'
    const hint = nameHint(providers, request.path.split('/')[1] ?? '')
    const near = hint.startsWith('Did') ? ` ${hint}` : ''
    response
      .status(isIndex ? 200 : 404)
      .type(isIndex ? 'application/json' : 'application/problem+json')
      .send(
        JSON.stringify(
          {
            ...(isIndex
              ? { title: 'hookproof' }
              : {
                  title: 'No such route',
                  status: 404,
                  detail: `${request.method} ${request.originalUrl} belongs to no provider.${near} The addresses of the providers are listed below.`,
                }),
            providers: known,
            control: `${origin()}/_mock`,
          },
          null,
          2,
        ),
      )
  }
}

/** A request that could not even be read; never a stack trace. */
export function unreadableRequest(
  error: unknown,
  _request: Request,
  response: Response,
  _next: NextFunction,
): void {
  if (response.headersSent) {
    // express would print a stack trace.
    response.destroy()
    return
  }
  unreadable(response, (error as { status?: number }).status === 400 || error instanceof URIError ? 400 : 500)
}

function unreadable(response: ServerResponse, status: 400 | 500): void {
  const detail =
    status === 400
      ? 'The address or the head of the request is malformed.'
      : 'The request could not be handled.'
  const title = status === 400 ? 'Bad request' : 'Internal error'
  response
    .writeHead(status, { 'Content-Type': 'application/problem+json' })
    .end(JSON.stringify({ title, status, detail }))
}
