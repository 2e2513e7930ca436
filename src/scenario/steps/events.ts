import type { EmissionView } from '../../api/views.ts'
import { MockError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { jsonOrText } from '../../core/json.ts'
import { EventContractError } from '../../event/compose.ts'
import { deliveriesMeant } from '../expectations/delivery.ts'
import { DONE, filled, providerOf, type ScenarioContext, type StepOutcome } from '../run/context.ts'
import { readControl } from '../run/stage.ts'
import type { FaultPlan, Step } from '../scenario.ts'
/** Puts a fault of the file in force, its webhook by the name in the file. Answers its handle. */
export function planFault(play: ScenarioContext, { plane, fault }: FaultPlan): number {
  const { on, ...rest } = filled(play, fault)
  return play.stage.use({ ...rest, plane, ...(on !== undefined && { on: meant(play, on as JsonObject) }) })
}

function meant({ memory }: ScenarioContext, on: JsonObject): JsonObject {
  const webhook = typeof on.webhook === 'string' ? memory.webhooks.get(on.webhook)?.id : undefined
  return webhook === undefined ? on : { ...on, webhook }
}

/** Sends every delivery of an event once more, as people do by hand. */
export async function resend(
  play: ScenarioContext,
  { of, to }: Extract<Step, { kind: 'resend' }>,
): Promise<StepOutcome> {
  const facts = await play.facts('delivery')
  const meant = deliveriesMeant({ of, to }, facts).filter(({ resendOf }) => resendOf === null)
  if (meant.length === 0)
    throw new MockError('input', 'NOTHING_TO_RESEND', `Failed to send "${of}" again: it had no delivery.`, {
      hint: 'Look at which webhooks watch for it.',
    })
  const { origin } = play.stage.mock
  for (const { id } of meant) await readControl(origin, `/deliveries/${id}/resend`, { method: 'POST' })
  return DONE
}

/** Makes events happen, and names them. */
export async function trigger(
  play: ScenarioContext,
  step: Extract<Step, { kind: 'trigger' }>,
): Promise<StepOutcome> {
  const { event, payload, id, raw, count, account } = filled(play, { ...step, at: null, title: null })
  const { mock } = play.stage
  const options = { raw, ...(id !== undefined && { id }), ...(account !== undefined && { account }) }
  const emissions: EmissionView[] = []
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

function remember({ memory }: ScenarioContext, name: string, emissions: readonly EmissionView[]): void {
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
    occurredAt: occurredAt,
    body: jsonOrText(body),
  })
}
