import type { Clock } from '../../core/clock.ts'
import { MockError } from '../../core/errors.ts'
import { headerOf } from '../../core/headers.ts'
import { atPointer, type Json, type JsonObject, jsonOrText } from '../../core/json.ts'
import { suggestion } from '../../core/text.ts'
import { formatDuration } from '../../core/units.ts'
import type { Operation, Provider } from '../../spec/provider.ts'
import type { Answer } from '../expectations/facts.ts'
import { describe } from '../expectations/match.ts'
import { answerMismatches } from '../expectations/others.ts'
import { filled, providerOf, rememberAnswer, type ScenarioContext, type StepOutcome } from '../run/context.ts'
import type { Answering, Step } from '../scenario.ts'
/** Keeps an answer under the step's name, captures from it, and holds it to what the step expects. */
export function answered(
  play: ScenarioContext,
  { as, expect, capture }: Answering & { readonly as: string | null },
  answer: Answer,
): StepOutcome {
  if (as !== null) rememberAnswer(play.memory, as, answer)
  const wanted = expect === null ? null : filled(play, expect)
  const found =
    wanted !== null
      ? answerMismatches(wanted, answer)
      : answer.error !== null
        ? [{ what: 'answer', expected: 'one', actual: answer.error }]
        : as === null
          ? refusal(answer)
          : []
  if (found.length > 0) return { mismatches: found }
  for (const [name, place] of Object.entries(capture)) {
    const value = captured(answer, place)
    if (value === undefined)
      return {
        mismatches: [
          { what: `${place} of the answer`, expected: `something for $${name}`, actual: 'nothing' },
        ],
      }
    play.memory.values.set(name, value)
  }
  return { mismatches: [] }
}

/** An answer without a name can be looked at nowhere else: a refusal that nobody sees would pass for a success. */
function refusal(answer: Answer): StepOutcome['mismatches'] {
  const { status } = answer
  if (status === null || status < 400) return []
  const expected = `below 400, or expect: { status: ${status} } at this step`
  return [{ what: 'status', expected, actual: answerText(answer) }]
}

/** An answer in one line, for whom it surprises. */
export function answerText({ status, body, error }: Answer): string {
  if (error !== null) return error
  return body === null || body === '' ? `${status}` : `${status} ${describe(body)}`
}

/** `status`, `header/<name>`, or a JSON pointer into the body. */
function captured({ status, headers, body }: Answer, place: string): Json | undefined {
  if (place === 'status') return status ?? undefined
  const [, header] = /^header\/(.+)$/i.exec(place) ?? []
  if (header !== undefined) return headerOf(headers, header)
  if (place === '' || place.startsWith('/')) return atPointer(body, place)
  throw new MockError(
    'input',
    'BAD_CAPTURE',
    `Failed to capture "${place}": it names no place of an answer.`,
    { hint: 'Write status, header/<name>, or a JSON pointer such as /data/id.' },
  )
}

interface Question {
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

type CallStep = Extract<Step, { kind: 'call' }>

/** Calls an operation over HTTP, as an account's client does. */
export async function call(play: ScenarioContext, step: CallStep) {
  return answered(
    play,
    step,
    await callOperation(play, filled(play, { ...step, expect: null, at: null, title: null })),
  )
}

type OperationCall = Pick<CallStep, 'operation' | 'provider' | 'account'> &
  Partial<Pick<CallStep, 'path' | 'query' | 'headers' | 'body' | 'anonymous' | 'timeoutMs'>>

const TEN_SECONDS = 10_000

export async function callOperation(play: ScenarioContext, asked: OperationCall): Promise<Answer> {
  const { mock } = play.stage
  const id = providerOf(play, asked)
  const provider = providerNamed(play, id)
  const operation = provider.operations.find((one) => one.id === asked.operation)
  if (operation === undefined)
    throw new MockError(
      'input',
      'UNKNOWN_OPERATION',
      `Failed to call "${asked.operation}": ${id} has no such operation.`,
      {
        hint: suggestion(
          asked.operation,
          provider.operations.map((one) => one.id),
        ),
      },
    )
  const credentials = asked.anonymous === true ? {} : await mock.credentials(id, asked.account)
  const query = new URLSearchParams(texts(asked.query ?? {}))
  return ask(
    {
      method: operation.method,
      url: `${mock.url(id)}${pathOf(operation, asked.path ?? {})}${query.size > 0 ? `?${query}` : ''}`,
      headers: { ...credentials, ...asked.headers },
      ...(asked.body !== undefined && { body: asked.body }),
      timeoutMs: asked.timeoutMs ?? TEN_SECONDS,
    },
    play,
  )
}

export function providerNamed({ stage }: ScenarioContext, id: string): Provider {
  const found = stage.mock.providers.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no provider ${id}`)
  return found
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

function texts(values: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]))
}

function text(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
