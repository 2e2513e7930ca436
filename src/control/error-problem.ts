import { describeError, MockError } from '../core/errors.ts'
import { EventContractError } from '../event/emit-event.ts'
import { badField, ControlProblem } from './control-problem.ts'

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

function contractProblem({ summary, findings }: EventContractError): ControlProblem {
  const errors = findings.map(({ location, message: detail }) => {
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
