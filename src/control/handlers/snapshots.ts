import { restoreState, strangerIn } from '../../api/restore-state.ts'
import { type ControlHandler, ok } from '../control-call.ts'
import { badField } from '../control-problem.ts'

export const readSnapshot: ControlHandler = async ({ parts }) => ok(await parts.store.exportState())

/** A refused snapshot changes nothing; an accepted one takes the place of the state and of the journal. */
export const writeSnapshot: ControlHandler = async ({ parts, body }) => {
  const stranger = strangerIn(body, parts)
  if (stranger !== null) throw badField(stranger.pointer, stranger.detail, 'unknown-name')
  await restoreState(parts, body)
  return ok(await parts.store.summary())
}
