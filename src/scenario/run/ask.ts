import { FORM, formText, isForm } from '../../contract/form.ts'
import { MockError } from '../../core/errors.ts'
import { headerOf } from '../../core/headers.ts'
import { isJsonObject, type Json, type JsonObject, jsonOrText } from '../../core/json.ts'
import { describe } from '../../core/match.ts'
import { suggestion } from '../../core/text.ts'
import { formatDuration } from '../../core/units.ts'
import { findOperation, operationNames } from '../../spec/names.ts'
import type { Operation, Provider } from '../../spec/provider.ts'
import type { Answer } from '../expectations/facts.ts'
import type { Target } from '../situation.ts'
import { providerOf, type ScenarioContext } from './context.ts'

export const REQUEST_TIMEOUT_MS = 10_000

/** One HTTP request to make. */
export interface Question {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Json | undefined
  readonly timeoutMs: number
}

/**
 * Makes one HTTP request. What the network did is an answer without a status, never an exception.
 *
 * @throws MockError (input) for what cannot be sent.
 */
export async function ask(
  { method, url, headers, body, timeoutMs }: Question,
  { clock, signal }: Pick<ScenarioContext, 'clock' | 'signal'>,
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
      body: jsonOrText(text),
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
  const isGiven = headerOf(headers, 'Content-Type') !== undefined
  return body === undefined || isGiven ? {} : { 'Content-Type': 'application/json' }
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

/** An answer in one line. */
export function answerText({ status, body, error }: Answer): string {
  if (error !== null) return error
  return body === null || body === '' ? `${status}` : `${status} ${describe(body)}`
}

/** A call of an operation, as the file says it. */
export interface OperationCall extends Target {
  readonly operation: string
  readonly path?: JsonObject
  readonly query?: JsonObject
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Json
  /** Without the account's credentials. */
  readonly anonymous?: boolean
  readonly timeoutMs?: number
}

/** Calls an operation over HTTP, as an account's client does. */
export async function callOperation(context: ScenarioContext, call: OperationCall): Promise<Answer> {
  const { mock } = context.environment
  const { path = {}, query = {}, headers, body, anonymous = false, timeoutMs = REQUEST_TIMEOUT_MS } = call
  const provider = providerOf(context, call)
  const operation = findOperation(provider.operations, call.operation)
  if (operation === undefined)
    throw new MockError(
      'input',
      'UNKNOWN_OPERATION',
      `Failed to call "${call.operation}": ${provider.id} has no such operation.`,
      {
        hint: suggestion(call.operation, [...operationNames(provider.operations).keys()]),
      },
    )
  const credentials = anonymous ? {} : await mock.credentials(provider.id, call.account)
  const parameters = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, text(value)]),
  )
  const [content] = operation.body?.contents ?? []
  const asForm = isJsonObject(body) && isForm(content?.mediaType)
  return ask(
    {
      method: operation.method,
      url: `${mock.origin}/${provider.id}${operation.serverPath}${pathOf(operation, path)}${parameters.size > 0 ? `?${parameters}` : ''}`,
      headers: { ...credentials, ...(asForm && { 'Content-Type': FORM }), ...headers },
      body: asForm ? formText(body) : body,
      timeoutMs,
    },
    context,
  )
}

function pathOf(operation: Operation, values: JsonObject): string {
  return operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value !== undefined) return encodeURIComponent(text(value))
    throw new MockError(
      'input',
      'MISSING_PARAMETER',
      `Failed to call ${operation.id}: its path has no "${name}".`,
      { hint: `Give it: path: { ${name}: … }.` },
    )
  })
}

function text(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The operation with an action, that of one webhook before that of all. */
export function operationFor({ operations }: Provider, action: string): Operation | undefined {
  const all = operations.filter(({ mock }) => mock?.action === action)
  return all.find(({ path }) => path.includes('{')) ?? all[0]
}

/** The body of an operation that takes a webhook's fields. */
export function webhookBody({ mock }: Operation, fields: JsonObject): Json {
  return mock?.input === undefined ? fields : { [mock.input]: fields }
}
