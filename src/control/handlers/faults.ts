import { isJsonObject, type Json } from '../../core/json.ts'
import type { FaultId, FaultProblem, FaultState } from '../../fault/fault.ts'
import { knownNames, readFault } from '../../fault/read-fault.ts'
import { type ControlCall, type ControlHandler, ok } from '../call.ts'
import { badField, ControlProblem, unknownId } from '../problems.ts'
export const listFaults: ControlHandler = ({ parts }) => ok({ faults: parts.faults.list().map(faultView) })

export const createFault: ControlHandler = ({ parts, body }) => {
  const on = isJsonObject(body.on) ? body.on : {}
  const known = knownNames([...parts.providers.values()], on.provider)
  const read = readFault(body, { ...known, eventIds: true })
  if ('problems' in read) throw refused(read.problems)
  if (read.fault.plane === 'receiver')
    throw badField(
      '/plane',
      'The stand-in receiver of a scenario or a test is struck here, and this mock has none: use hookproof listen --respond.',
    )
  return ok(faultView({ fault: parts.faults.add(read.fault), matched: 0, applied: 0 }), 201)
}

export const deleteFaults: ControlHandler = ({ parts }) => {
  const { length } = parts.faults.list()
  parts.faults.clear()
  return ok({ removed: length })
}

export const deleteFault: ControlHandler = ({ parts, path: { id = '' } }: ControlCall) => {
  if (!parts.faults.remove(id as FaultId)) throw unknownId('fault', id)
  return ok({ removed: 1 })
}

/** As it was written, with how often it fitted and struck. */
function faultView({ fault, matched, applied }: FaultState): Json {
  return { id: fault.id, ...fault.source, matched, applied }
}

/** Each problem is an entry of its own, at its own place. */
function refused(problems: readonly FaultProblem[]): ControlProblem {
  const errors = problems.map(({ pointer, reason, hint = '' }) => {
    const detail = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}. ${hint}`.trim()
    return { field: pointer.slice(1), pointer, detail }
  })
  return new ControlProblem(422, 'bad-body', errors.map(({ detail }) => detail).join(' '), { errors })
}
