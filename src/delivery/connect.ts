import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { rootCertificates, connect as tlsConnect } from 'node:tls'
import { hostOf, portOf } from '../core/address.ts'

/**
 * Of every connection to a receiver. Node gives each address of a name 250 ms before it tries the next one, and takes a
 * process that was busy for so long for a receiver that is not there.
 */
export const SOCKET_OPTIONS = { autoSelectFamilyAttemptTimeout: 2_000 } as const

export interface TrustSettings {
  /** Certificates (PEM) that receivers may be signed by, beside the usual ones. */
  readonly ca?: string | undefined
  /** Accept any certificate. */
  readonly insecure?: boolean | undefined
}

/** Which certificates a secure connection accepts, in the words of node:tls. */
export function trustOptions({ ca, insecure = false }: TrustSettings): {
  readonly ca?: string[]
  readonly rejectUnauthorized: boolean
} {
  return { ...(ca !== undefined && { ca: [...rootCertificates, ca] }), rejectUnauthorized: !insecure }
}

export interface Connection {
  /** What requests are written to. */
  readonly socket: Socket
  /** The TCP connection: of TLS, what lies below. */
  readonly tcp: Socket
  /** The event by which the socket says that it can be written to. */
  readonly opened: 'connect' | 'secureConnect'
}

/** Opens a connection to a receiver for one request. */
export function openSocket(url: URL, lookup: LookupFunction, trust: TrustSettings): Connection {
  const host = hostOf(url)
  const tcp = connect({ ...SOCKET_OPTIONS, host, port: portOf(url), lookup }).setNoDelay(true)
  if (url.protocol !== 'https:') return { socket: tcp, tcp, opened: 'connect' }
  const socket = tlsConnect({
    socket: tcp,
    host,
    ...(isIP(host) === 0 && { servername: host }),
    ALPNProtocols: ['http/1.1'],
    ...trustOptions(trust),
  })
  tcp.on('error', (error) => socket.destroy(error))
  return { socket, tcp, opened: 'secureConnect' }
}
