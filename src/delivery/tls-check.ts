import { isIP } from 'node:net'
import { hostOf, isLocalName, isLoopback, portOf } from '../core/address.ts'
import { type TrustSettings, trustOptions } from './connect.ts'
import type { Egress } from './egress.ts'
import { failureOutcome } from './failure-outcome.ts'
/** Why no secure connection to the receiver at a URL can be made; null when it can, or when it is not checked. */
export type TlsCheck = (url: URL, timeoutMs: number) => Promise<string | null>

/**
 * Makes a TLS handshake with an https receiver, as some providers do before they accept its URL. Only receivers that a
 * delivery would reach are checked: neither forwarded URLs nor names not allowed, and those on this machine only if
 * `strict`.
 */
export function createTlsCheck(egress: Egress, settings: TrustSettings, strict = false): TlsCheck {
  return async (url, timeoutMs) => {
    if (!isChecked(egress, url, strict)) return null
    const { connect } = await import('node:tls')
    return new Promise((resolve) => {
      const host = hostOf(url)
      const socket = connect({
        host,
        port: portOf(url),
        ...(isIP(host) === 0 && { servername: host }),
        ...trustOptions(settings),
        lookup: egress.lookup(url),
      })
      const finish = (reason: string | null) => {
        clearTimeout(timer)
        socket.destroy()
        resolve(reason)
      }
      const fail = (error: Error) => {
        const outcome = failureOutcome(error, url, timeoutMs)
        finish('error' in outcome ? outcome.error : error.message)
      }
      const timer = setTimeout(
        () => fail(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })),
        timeoutMs,
      )
      socket.once('secureConnect', () => finish(null))
      socket.on('error', fail)
    })
  }
}

function isChecked(egress: Egress, url: URL, strict: boolean): boolean {
  const route = egress.route(url)
  if (url.protocol !== 'https:' || route.kind !== 'open' || route.sentTo.href !== url.href) return false
  return isLocalName(hostOf(url)) || isLoopback(hostOf(url)) ? strict : egress.isNamed(url)
}
