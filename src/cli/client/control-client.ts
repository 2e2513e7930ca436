import { MockError } from '../../core/errors.ts'
import { isObject } from '../../core/json.ts'

const DEFAULT_SERVER = 'http://127.0.0.1:4010'

/** Talks to the control API of a running mock. Answers that are no success are thrown as MockErrors. */
export interface ControlClient {
  readonly server: string
  /** @param what what is being done, as the end of "Failed to …". */
  get<T>(
    what: string,
    path: string,
    query?: Readonly<Record<string, string | number | undefined>>,
  ): Promise<T>
  post<T>(what: string, path: string, body: object): Promise<T>
}

/** The mock that `--server` names, else the one that started this command, else the default. */
export function controlClient(
  server: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): ControlClient {
  const origin = (server ?? (env.HOOKPROOF_URL || DEFAULT_SERVER)).replace(/\/+$/, '')
  return {
    server: origin,
    get: (what, path, query = {}) =>
      call(what, origin, `/_mock${path}${queryString(query)}`, { method: 'GET' }),
    post: (what, path, body) =>
      call(what, origin, `/_mock${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
  }
}

interface Answer {
  readonly status: number
  readonly body: unknown
}
type Init = {
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

async function call<T>(what: string, origin: string, path: string, init: Init): Promise<T> {
  const { status, body } = await reach(origin, path, init)
  if (body === undefined) throw stranger(origin, status)
  if (status >= 300) throw refusal(what, status, body)
  return body as T
}

// undici itself: the global fetch refuses some ports (6000, 10080 …), on which a mock may well listen.
async function reach(origin: string, path: string, init: Init): Promise<Answer> {
  const { request } = await import('undici')
  try {
    const { statusCode, body } = await request(`${origin}${path}`, init)
    return { status: statusCode, body: readJson(await body.text()) }
  } catch (error) {
    throw unreachable(origin, error)
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host is not known',
  EAI_AGAIN: 'the host is not known',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
}

function unreachable(origin: string, error: unknown): MockError {
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException
  const reason = REASONS[code] ?? (message === '' ? code : message)
  return new MockError('environment', 'SERVER_UNREACHABLE', `Failed to reach ${origin}: ${reason}.`, {
    hint: 'Start one with hookproof start, or name it with --server.',
    cause: error,
  })
}

function stranger(origin: string, status: number): MockError {
  return new MockError(
    'environment',
    'NOT_HOOKPROOF',
    `Failed to reach ${origin}: what answers there (${status}) is not hookproof.`,
    {
      hint: 'Name the running one with --server.',
    },
  )
}

/** What the control API says is wrong (application/problem+json), in its own words. */
function refusal(what: string, status: number, body: unknown): MockError {
  const problem = isObject(body) ? body : {}
  const detail = [problem.detail, problem.title].find((text) => typeof text === 'string' && text !== '')
  const text = typeof detail === 'string' ? detail : `it answered ${status}`
  const message = text.startsWith('Failed to ')
    ? text
    : `Failed to ${what}: ${/[.?]$/.test(text) ? text : `${text}.`}`
  return new MockError(status >= 500 ? 'fault' : 'input', 'CONTROL_REFUSED', message)
}

function queryString(query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)] as const],
  )
  return given.length === 0 ? '' : `?${new URLSearchParams(Object.fromEntries(given))}`
}
