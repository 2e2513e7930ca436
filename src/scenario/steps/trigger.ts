import { MockError } from '../../core/errors.ts'
import { isoTime } from '../../core/iso-time.ts'
import { type Emission, EventContractError } from '../../event/emit-event.ts'
import { DONE, filled, type Play, providerOf, type StepOutcome } from '../play/play.ts'
import type { Step } from '../scenario.ts'
import { parsed } from './ask.ts'

/** Makes events happen, and names them. */
export async function trigger(play: Play, step: Extract<Step, { kind: 'trigger' }>): Promise<StepOutcome> {
  const { event, payload, id, raw, count, account } = filled(play, { ...step, at: null, title: null })
  const { mock } = play.stage
  const options = { raw, ...(id !== undefined && { id }), ...(account !== undefined && { account }) }
  const emissions: Emission[] = []
  for (let i = 0; i < count && !play.signal.aborted; i++)
    emissions.push(
      await mock.trigger(providerOf(play, step), event, payload, options).catch((error: unknown) => {
        throw error instanceof EventContractError ? broken(event, error) : error
      }),
    )
  if (step.as !== null) remember(play, step.as, emissions)
  // Broken off in the middle.
  if (emissions.length < count)
    return { mismatches: [{ what: 'events', expected: String(count), actual: String(emissions.length) }] }
  return DONE
}

function broken(event: string, { summary }: EventContractError): MockError {
  return new MockError('input', 'BAD_PAYLOAD', `Failed to trigger ${event}. ${summary}`, {
    hint: 'Correct the payload, or say raw: true to send it all the same.',
  })
}

function remember({ memory }: Play, name: string, emissions: readonly Emission[]): void {
  const [first] = emissions
  if (first === undefined) return
  memory.events.set(
    name,
    emissions.map(({ event }) => event.id),
  )
  for (const { event, skipped } of emissions)
    memory.skipped.set(
      event.id,
      skipped.map(({ reason }) => reason),
    )
  const { id, providerId, type, body, occurredAt } = first.event
  memory.values.set(name, {
    id: providerId,
    event: id,
    type,
    occurredAt: isoTime(occurredAt),
    body: parsed(body.text),
  })
}
