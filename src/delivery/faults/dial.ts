import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { hostOf, portOf } from '../loopback.ts'
import { SOCKET_OPTIONS } from '../socket-options.ts'
import { type TrustSettings, trustOptions } from '../trust-options.ts'

export interface Line {
  /** What is spoken on. */
  readonly socket: Socket
  /** The TCP connection: of TLS, what lies below. */
  readonly tcp: Socket
  /** Told by the socket once it can be spoken on. */
  readonly opened: 'connect' | 'secureConnect'
}

/** A connection of one's own to a receiver. */
export function dial(url: URL, lookup: LookupFunction, trust: TrustSettings): Line {
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
