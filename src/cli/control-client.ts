import { MockError } from '../core/errors.ts'
import { isObject, parsedJson } from '../core/json.ts'
import { formatDuration } from '../core/units.ts'
import { readAs, serverUrl, usageError } from './flags.ts'

const DEFAULT_SERVER = 'http://127.0.0.1:4010'

/** Beyond what a call waits on purpose. */
const TIMEOUT_MS = 10_000

/** Talks to the control API of a running mock. Answers that are no success are thrown as MockErrors. */
export interface ControlClient {
  readonly server: string
  /**
   * @param what what is being done, as the end of "Failed to …".
   * @param members what the answer of a mock has; one without them is of another program
   * @param waitMs how long the mock may wait on purpose before it answers
   */
  get<T extends object>(
    what: string,
    path: string,
    members: Members<T>,
    query?: Readonly<Record<string, string | number | undefined>>,
    waitMs?: number,
  ): Promise<T>
  post<T extends object>(
    what: string,
    path: string,
    body: object,
    members: Members<T>,
    waitMs?: number,
  ): Promise<T>
}

type Members<T> = readonly (keyof T & string)[]

/** The mock that `--server` names, else the one that started this command, else the default. */
export function controlClient(
  server: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  timeoutMs = TIMEOUT_MS,
): ControlClient {
  const origin = (server ?? startedBy(env) ?? DEFAULT_SERVER).replace(/\/+$/, '')
  return {
    server: origin,
    get: (what, path, members, query = {}, waitMs = 0) =>
      call(what, origin, `/_mock${path}${queryString(query)}`, members, {
        method: 'GET',
        timeoutMs: timeoutMs + waitMs,
      }),
    post: (what, path, body, members, waitMs = 0) =>
      call(what, origin, `/_mock${path}`, members, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        timeoutMs: timeoutMs + waitMs,
      }),
  }
}

/** The command that a mock starts has its address in the environment. */
function startedBy({ HOOKPROOF_URL: url = '' }: Readonly<Record<string, string | undefined>>) {
  if (url === '') return undefined
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return readAs('HOOKPROOF_URL', () => serverUrl(url))
  throw usageError(
    `Failed to read HOOKPROOF_URL: "${url}" is not a URL.`,
    'Write it as http://127.0.0.1:4010, or name the mock with --server.',
  )
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Ours counts from the first moment to the last. */
const WITHOUT_TIMEOUT = { headersTimeout: 0, bodyTimeout: 0 }

type Init = {
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
}

async function call<T extends object>(
  what: string,
  origin: string,
  path: string,
  members: Members<T>,
  init: Init,
): Promise<T> {
  const { status, body } = await reach(origin, path, init)
  if (body === undefined) throw notHookproof(origin, status)
  if (status >= 300) throw refusal(what, status, body)
  if (!isObject(body) || members.some((member) => body[member] === undefined))
    throw notHookproof(origin, status)
  return body as T
}

// undici itself: the global fetch refuses some ports (6000, 10080 …), on which a mock may well listen.
async function reach(origin: string, path: string, { timeoutMs, ...init }: Init): Promise<Answer> {
  const { request } = await import('undici')
  try {
    const signal = Number.isFinite(timeoutMs) ? AbortSignal.timeout(timeoutMs) : null
    const { statusCode, body } = await request(`${origin}${path}`, {
      ...init,
      ...WITHOUT_TIMEOUT,
      ...(signal !== null && { signal }),
    })
    return { status: statusCode, body: parsedJson(await body.text()) }
  } catch (error) {
    throw unreachable(origin, error, timeoutMs)
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host is not known',
  EAI_AGAIN: 'the host is not known',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ERR_INVALID_URL: 'that is no URL',
}

const NO_TLS = /^(ERR_SSL|EPROTO)/

function unreachable(origin: string, error: unknown, timeoutMs: number): MockError {
  const { name, code = '', message = String(error) } = error as NodeJS.ErrnoException
  if (name === 'TimeoutError')
    return new MockError(
      'environment',
      'SERVER_SILENT',
      `Failed to reach ${origin}: it took the request and did not answer within ${formatDuration(timeoutMs)}.`,
      { hint: 'Look at its output, or start it again.', cause: error },
    )
  if (NO_TLS.test(code))
    return new MockError(
      'environment',
      'SERVER_UNREACHABLE',
      `Failed to reach ${origin}: it does not use TLS.`,
      {
        hint: `A mock is served over plain HTTP: write ${origin.replace(/^https/i, 'http')}.`,
        cause: error,
      },
    )
  const reason = REASONS[code] ?? (message === '' ? code : message)
  return new MockError('environment', 'SERVER_UNREACHABLE', `Failed to reach ${origin}: ${reason}.`, {
    hint: 'Start one with hookproof start, or name it with --server.',
    cause: error,
  })
}

function notHookproof(origin: string, status?: number): MockError {
  return new MockError(
    'environment',
    'NOT_HOOKPROOF',
    `Failed to reach ${origin}: what answers there${status === undefined ? '' : ` (${status})`} is not hookproof.`,
    {
      hint: 'Name the running one with --server.',
    },
  )
}

export interface Health {
  readonly status: string
  readonly version: string
  readonly providers: readonly string[]
}

/** @throws MockError (environment) also where something else than a mock answers. */
export async function askHealth(client: ControlClient): Promise<Health> {
  const health = await client
    .get<Partial<Health>>('ask for health', '/health', [])
    .catch((error: unknown) => {
      if (error instanceof MockError && error.code === 'CONTROL_REFUSED') return null
      throw error
    })
  if (typeof health?.version !== 'string' || !Array.isArray(health.providers))
    throw notHookproof(client.server)
  return health as Health
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
