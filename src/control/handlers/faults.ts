import type { Json } from '../../core/json.ts'
import type { FaultId, FaultState } from '../../fault/fault.ts'
import { readFaultFor } from '../../fault/read-fault.ts'
import type { Issue } from '../../schema/issue.ts'
import { type ControlCall, type ControlHandler, ok } from '../call.ts'
import { badField, ControlProblem, unknownId } from '../problems.ts'

export const listFaults: ControlHandler = ({ parts }) => ok({ faults: parts.faults.list().map(faultView) })

export const createFault: ControlHandler = ({ parts, body }) => {
  const read = readFaultFor([...parts.providers.values()], body)
  if ('issues' in read) throw refused(read.issues)
  if (read.fault.plane === 'receiver')
    throw badField(
      '/plane',
      'Faults of this plane are for the stand-in receiver of a scenario or a test, and this mock has none: use hookproof listen --respond.',
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

/** As it was written, with how often it matched and was applied. */
function faultView({ fault, matched, applied }: FaultState): Json {
  return { id: fault.id, ...fault.source, matched, applied }
}

/** Each issue is an entry of its own, at its own place. */
function refused(issues: readonly Issue[]): ControlProblem {
  const errors = issues.map(({ pointer, reason, hint = '' }) => {
    const detail = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}. ${hint}`.trim()
    return { field: pointer.slice(1), pointer, detail }
  })
  return new ControlProblem(422, 'bad-body', errors.map(({ detail }) => detail).join(' '), { errors })
}
