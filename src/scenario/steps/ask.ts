import type { Clock } from '../../core/clock.ts'
import { formatDuration } from '../../core/duration.ts'
import { MockError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import type { Answer } from '../expectations/facts.ts'

export interface Question {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Json
  readonly timeoutMs: number
}

/**
 * Makes one HTTP request. What the network did is an answer without a status, never an exception.
 *
 * @throws MockError (input) for what cannot be sent.
 */
export async function ask(
  { method, url, headers, body, timeoutMs }: Question,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Answer> {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new MockError('input', 'BAD_URL', `Failed to ask "${url}": it is no http or https URL.`, {
      hint: 'Write it as http://127.0.0.1:3000/orders, or begin with $receiver.origin.',
    })
  const { request } = await import('undici')
  const started = clock.elapsed()
  const late = AbortSignal.timeout(timeoutMs)
  try {
    const response = await request(url, {
      method: method as 'GET',
      headers: { ...jsonType(body, headers), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.any([late, signal]),
      // Each on a connection of its own: what a fault does to one does nothing to the next.
      reset: true,
    })
    const text = await response.body.text()
    return {
      status: response.statusCode,
      headers: Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
      ),
      body: parsed(text),
      error: null,
      durationMs: clock.elapsed() - started,
    }
  } catch (error) {
    if (isUnsendable(error))
      throw new MockError('input', 'BAD_REQUEST', `Failed to ask ${method} ${url}: ${error.message}.`, {
        hint: 'Correct the method and the headers.',
        cause: error,
      })
    const why = late.aborted ? `no answer within ${formatDuration(timeoutMs)}` : reasonOf(error)
    return { status: null, headers: {}, body: null, error: why, durationMs: clock.elapsed() - started }
  }
}

function isUnsendable(error: unknown): error is Error {
  return (error as NodeJS.ErrnoException).code === 'UND_ERR_INVALID_ARG'
}

function jsonType(body: Json | undefined, headers: Question['headers']): Record<string, string> {
  const says = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return body === undefined || says ? {} : { 'Content-Type': 'application/json' }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection was closed before the answer was complete',
  ENOTFOUND: 'the name leads to no address',
}

function reasonOf(error: unknown): string {
  const { code = '', name = '', message = String(error) } = error as NodeJS.ErrnoException
  if (code.startsWith('HPE_') || name === 'HTTPParserError') return `the answer is not HTTP: ${message}`
  return REASONS[code] ?? (message === '' ? code : message)
}

export function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}
