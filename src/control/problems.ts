import type { ServerResponse } from 'node:http'
import { LONGEST_MESSAGE, LONGEST_PLACE } from '../contract/messages.ts'
import { MockError } from '../core/errors.ts'
import { shorten } from '../core/text.ts'
import { EventContractError } from '../event/compose.ts'
import { MAX_ERRORS } from '../schema/bounded-ajv.ts'

/** One place that is wrong, as it stands in a problem. */
export interface ProblemPlace {
  /** What the user wrote: `provider`, `fields/eventTypes`, a query parameter, a header. */
  readonly field: string
  /** JSON pointer into the request body; absent outside of it. */
  readonly pointer?: string
  readonly detail: string
}

/** RFC 9457, with the first place that is wrong beside the detail, and all of them in `errors`. */
interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly field?: string
  readonly pointer?: string
  readonly errors?: readonly ProblemPlace[]
  /** What there is instead. */
  readonly routes?: readonly string[]
}

const TITLES = {
  'bad-request': 'Bad request',
  'bad-body': 'The body does not fit',
  'not-json': 'The body is not JSON',
  'unsupported-media-type': 'The content type is not supported',
  'too-large': 'The body is too large',
  'unknown-id': 'Nothing has this id',
  'unknown-name': 'Nothing has this name',
  'unknown-route': 'There is no such route',
  'method-not-allowed': 'The method is not allowed here',
  'forbidden-host': 'The Host header is not allowed',
  'forbidden-origin': 'Writing from another origin is not allowed',
  'clock-runs': 'The clock cannot be advanced',
  'internal-error': 'Something went wrong inside hookproof',
} as const

type ProblemType = keyof typeof TITLES

/** Ends the handling of a request with an answer in `application/problem+json`. */
export class ControlProblem extends Error {
  override readonly name = 'ControlProblem'
  readonly body: ProblemBody
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    type: ProblemType,
    detail: string,
    more: Pick<ProblemBody, 'errors' | 'routes'> & {
      readonly headers?: Readonly<Record<string, string>>
    } = {},
  ) {
    super(detail)
    const { headers = {}, routes } = more
    const errors = more.errors?.slice(0, MAX_ERRORS).map(shortened)
    const first = errors?.[0]
    this.headers = headers
    this.body = {
      type: `urn:hookproof:problem:${type}`,
      title: TITLES[type],
      status,
      detail: shorten(detail, LONGEST_DETAIL),
      ...(first !== undefined && { field: first.field }),
      ...(first?.pointer !== undefined && { pointer: first.pointer }),
      ...(errors !== undefined && { errors }),
      ...(routes !== undefined && { routes }),
    }
  }
}

/** Problems quote what was sent, which may be as long as the body. In characters. */
const LONGEST_DETAIL = 4_000

function shortened({ field, pointer, detail }: ProblemPlace): ProblemPlace {
  return {
    field: shorten(field, LONGEST_PLACE),
    ...(pointer !== undefined && { pointer: shorten(pointer, LONGEST_PLACE) }),
    detail: shorten(detail, LONGEST_MESSAGE),
  }
}

/** A refused field of the body: 422. */
export function badField(pointer: string, detail: string, type: ProblemType = 'bad-body'): ControlProblem {
  return new ControlProblem(422, type, detail, { errors: [{ field: pointer.slice(1), pointer, detail }] })
}

/** A refused query parameter: 400. */
export function badParameter(field: string, detail: string): ControlProblem {
  return new ControlProblem(400, 'bad-request', detail, { errors: [{ field, detail }] })
}

export function unknownId(what: string, id: string): ControlProblem {
  return new ControlProblem(404, 'unknown-id', `There is no ${what} "${id}".`)
}

/** What went wrong, as the problem that is answered; undefined: not the caller's doing. */
export function errorProblem(error: unknown): ControlProblem | undefined {
  if (error instanceof ControlProblem) return error
  // Express could not decode a parameter of the path.
  if (error instanceof URIError)
    return new ControlProblem(400, 'bad-request', 'The path is not percent-encoded UTF-8.')
  if (error instanceof EventContractError) return contractProblem(error)
  if (error instanceof MockError && error.kind === 'input') return inputProblem(error)
  return undefined
}

function contractProblem({ summary, violations }: EventContractError): ControlProblem {
  const errors = violations.map(({ location, message: detail }) => {
    const place = location.replace(/^body/, '')
    return { field: `payload${place}`, pointer: `/payload${place}`, detail }
  })
  return new ControlProblem(422, 'bad-body', `${summary} Send raw: true to send it all the same.`, { errors })
}

/** How errors are answered, by their code; all others are 422. */
const BY_CODE: Readonly<
  Record<string, { readonly status?: number; readonly type?: ProblemType; readonly field?: string }>
> = {
  CLOCK_RUNS: { status: 409, type: 'clock-runs' },
  CLOCK_END: { field: 'by' },
  BAD_CURSOR: { status: 400, type: 'bad-request', field: 'cursor' },
  UNKNOWN_EVENT: { field: 'type' },
  UNKNOWN_PROVIDER: { type: 'unknown-name', field: 'provider' },
  UNKNOWN_ACCOUNT: { type: 'unknown-name', field: 'account' },
}

function inputProblem(error: MockError): ControlProblem {
  const { summary, hint, location, code } = error
  const { status = 422, type = 'bad-body', field } = BY_CODE[code] ?? {}
  const detail = hint === undefined ? summary : `${summary} ${hint}`
  const pointer = location?.pointer
  if (status === 422 && pointer !== undefined && pointer !== '') return badField(pointer, detail, type)
  if (location !== undefined && pointer === undefined) return new ControlProblem(status, type, error.message)
  if (field === undefined) return new ControlProblem(status, type, detail)
  return status === 422 ? badField(`/${field}`, detail, type) : badParameter(field, detail)
}

/** Answers with a problem. */
export function sendProblem(response: ServerResponse, { body, headers }: ControlProblem): void {
  sendJson(response, body.status, body, { 'Content-Type': 'application/problem+json', ...headers })
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = { 'Content-Type': 'application/json' },
): void {
  const bytes = Buffer.from(JSON.stringify(body))
  response.writeHead(status, { 'Content-Length': bytes.length, 'Cache-Control': 'no-store', ...headers })
  response.end(bytes)
}
