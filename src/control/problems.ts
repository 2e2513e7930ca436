import { describeError, MockError } from '../core/errors.ts'
import { EventContractError } from '../event/compose.ts'
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
    const { headers = {}, errors, routes } = more
    const first = errors?.[0]
    this.headers = headers
    this.body = {
      type: `urn:hookproof:problem:${type}`,
      title: TITLES[type],
      status,
      detail,
      ...(first !== undefined && { field: first.field }),
      ...(first?.pointer !== undefined && { pointer: first.pointer }),
      ...(errors !== undefined && { errors }),
      ...(routes !== undefined && { routes }),
    }
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

/** Errors by their code whose status is not 422. */
const STATUSES: Readonly<Record<string, readonly [status: number, type: 'clock-runs' | 'bad-request']>> = {
  CLOCK_RUNS: [409, 'clock-runs'],
  BAD_CURSOR: [400, 'bad-request'],
}

/** What went wrong, as the problem that is answered; undefined: not the caller's doing. */
export function errorProblem(error: unknown): ControlProblem | undefined {
  if (error instanceof ControlProblem) return error
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

function inputProblem(error: MockError): ControlProblem {
  const detail = [error.summary, error.hint].filter((part) => part !== undefined).join(' ')
  const [status, type] = STATUSES[error.code] ?? [422, 'bad-body']
  const pointer = error.location?.pointer
  if (status === 422 && pointer !== undefined && pointer !== '') return badField(pointer, detail)
  if (error.location !== undefined && pointer === undefined)
    return new ControlProblem(status, type, describeError(error))
  const field = FIELDS[error.code]
  return new ControlProblem(
    status,
    type,
    detail,
    field === undefined ? {} : { errors: [{ ...field, detail }] },
  )
}

/** Errors whose field is known by their code. */
const FIELDS: Readonly<Record<string, { readonly field: string; readonly pointer?: string }>> = {
  UNKNOWN_EVENT: { field: 'type', pointer: '/type' },
  BAD_CURSOR: { field: 'cursor' },
}
