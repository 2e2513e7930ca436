import { hostOf, portOf } from '../core/address.ts'
import type { Outcome } from '../core/model.ts'
import { formatDuration } from '../core/units.ts'

const CONNECTION_TEXTS: Readonly<Record<string, (place: string, host: string) => string>> = {
  ECONNREFUSED: (place) => `connection refused by ${place}`,
  ECONNRESET: (place) => `${place} closed the connection before it had answered`,
  EPIPE: (place) => `${place} closed the connection before it had answered`,
  UND_ERR_SOCKET: (place) => `${place} closed the connection before it had answered`,
  ENOTFOUND: (_, host) => `the name ${host} leads to no address`,
  EAI_AGAIN: (_, host) => `the name ${host} could not be looked up`,
  EHOSTUNREACH: (place) => `${place} cannot be reached`,
  ENETUNREACH: (place) => `${place} cannot be reached`,
}

// The client library's code, and the socket's, which people look for.
const CODES: Readonly<Record<string, string>> = { UND_ERR_SOCKET: 'ECONNRESET', EPIPE: 'ECONNRESET' }

/** The client library's messages and codes for an answer that is not HTTP. */
const UNREADABLE: Readonly<Record<string, string>> = {
  'bad response': 'it sent 100 Continue, which nobody had asked for',
  'bad upgrade': 'it changed to another protocol, which nobody had asked for',
  ERR_ASSERTION: 'its status is none that there is',
}

const TIME_OUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'])

const TLS =
  /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO|INVALID_CA|CRL_)/

/** What went wrong with a request, as an outcome with a message. */
export function failureOutcome(error: Error, url: URL, timeoutMs: number): Outcome {
  const code = codeOf(error)
  const place = `${url.hostname}:${portOf(url)}`
  if (TIME_OUTS.has(code))
    return { kind: 'timed-out', error: `no connection to ${place} within ${formatDuration(timeoutMs)}` }
  if (TLS.test(code) || error.message.includes('secure TLS connection'))
    return {
      kind: 'tls-failed',
      error: `no secure connection to ${place}: ${withoutAdvice(firstLine(error.message))}`,
      code,
    }
  const unreadable = UNREADABLE[error.message] ?? UNREADABLE[code]
  if (code.startsWith('HPE_') || unreadable !== undefined)
    return {
      kind: 'connection-failed',
      error: `${place} did not answer in HTTP: ${unreadable ?? firstLine(error.message)}`,
      code: code.startsWith('HPE_') ? code : 'HPE_INVALID',
    }
  const text =
    CONNECTION_TEXTS[code]?.(place, hostOf(url)) ??
    `the exchange with ${place} failed: ${firstLine(error.message)}`
  return { kind: 'connection-failed', error: text, code: CODES[code] ?? code }
}

function codeOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code
  if (typeof code === 'string') return code
  // The parser has a code for most of what it refuses, not for all.
  if (error.name === 'HTTPParserError') return 'HPE_INVALID'
  const cause = error instanceof AggregateError ? error.errors[0] : error.cause
  return cause instanceof Error ? codeOf(cause) : 'UNKNOWN'
}

/** Of OpenSSL's colon-separated message, the reason without its source file and line. */
function firstLine(message: string): string {
  const line = message.split('\n')[0] ?? ''
  return /^[0-9A-F]+:error:/.test(line) ? (line.split(':')[5] ?? line) : line
}

/** Newer versions of Node add advice about Node's own flags, where `--ca` is what helps. */
function withoutAdvice(text: string): string {
  return text.replace(/; if the root CA.*$/, '')
}
