import type { Emission } from '../../event/emit-event.ts'
import { DONE, filled, type Play, providerOf, type StepOutcome } from '../play/play.ts'
import type { Step } from '../scenario.ts'
import { parsed } from './ask.ts'

/** Makes events happen, and names them. */
export async function trigger(play: Play, step: Extract<Step, { kind: 'trigger' }>): Promise<StepOutcome> {
  const { event, payload, id, raw, count, account, as } = filled(play, { ...step, at: null })
  const { mock } = play.stage
  const options = { raw, ...(id !== undefined && { id }), ...(account !== undefined && { account }) }
  const emissions: Emission[] = []
  for (let i = 0; i < count; i++)
    emissions.push(await mock.trigger(providerOf(play, step), event, payload, options))
  const [first] = emissions
  if (as === null || first === undefined) return DONE
  play.memory.events.set(
    as,
    emissions.map((one) => one.event.id),
  )
  const { providerId, type, body, occurredAt } = first.event
  play.memory.values.set(as, {
    id: providerId,
    event: first.event.id,
    type,
    occurredAt: new Date(occurredAt).toISOString(),
    body: parsed(body.text),
  })
  return DONE
}
