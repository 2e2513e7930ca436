import type { EmissionView } from '../../api/views.ts'
import { MockError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { EVERY_ACCOUNT } from '../../core/model.ts'
import { EventContractError } from '../../event/compose.ts'
import { payloadIssues } from '../file/payload.ts'
import { ANYTHING, BOOLEAN, described, object, TARGET, TEXT } from '../file/schema-parts.ts'
import { DONE, providerOf, resolveReferences } from '../run/context.ts'
import { rememberEvents } from '../run/variables.ts'
import type { Target } from '../situation.ts'
import { asMembers, namedAs, type StepDefinition } from './step.ts'

export interface Trigger extends Target {
  readonly event: string
  readonly payload?: Json
  readonly id?: string
  readonly raw: boolean
  readonly count: number
}

export const trigger: StepDefinition<Trigger> = {
  about: 'something happens at the provider',
  example: { event: 'note.created', payload: { noteToken: 'n-1' } },
  schema: {
    anyOf: [
      TEXT,
      object(
        'An event.',
        {
          event: described('Its type.', TEXT),
          payload: described("Merged over the type's sample (RFC 7396).", ANYTHING),
          id: described("Its id in the provider's format.", TEXT),
          raw: described('Also where the body breaks its contract.', BOOLEAN),
          count: described('How many of them. Default: 1.', {
            type: 'integer',
            minimum: 1,
            maximum: 100_000,
          }),
          ...TARGET,
          account: described(
            'Name of the account, or * for every account. Default: the first one of the provider.',
            TEXT,
          ),
        },
        ['event'],
      ),
    ],
  },
  read(value) {
    const members = asMembers(value, 'event') as unknown as Partial<Trigger> & { readonly event: string }
    return { raw: false, count: 1, ...members }
  },
  check(step, { providers, at }) {
    const type = step.raw ? undefined : providers.find(step.provider)?.events.get(step.event)
    const { account, ...everyAccount } = step
    return [
      ...providers.checkTarget(account === EVERY_ACCOUNT ? everyAccount : step, at),
      ...providers.checkName(step, 'event', step.event, at),
      ...(type === undefined ? [] : payloadIssues(type, step.payload, `${at}/payload`)),
    ]
  },
  names: (_, as) => namedAs(as, 'event'),
  describe: ({ event, count }) => `trigger ${event}${count > 1 ? `, ${count} times` : ''}`,
  async run(context, step, as) {
    const { event, payload, id, raw, count, account, provider } = resolveReferences(context, step)
    const { id: providerId } = providerOf(context, { ...(provider !== undefined && { provider }) })
    const options = { raw, ...(id !== undefined && { id }), ...(account !== undefined && { account }) }
    const emissions: EmissionView[] = []
    for (let i = 0; i < count && !context.signal.aborted; i++)
      emissions.push(
        await context.environment.mock
          .trigger(providerId, event, payload, options)
          .catch((error: unknown) => {
            throw error instanceof EventContractError ? badPayload(event, error) : error
          }),
      )
    if (as !== null) rememberEvents(context.variables, as, emissions)
    // Interrupted by the user.
    if (emissions.length < count)
      return { mismatches: [{ what: 'events', expected: String(count), actual: String(emissions.length) }] }
    return DONE
  },
}

function badPayload(event: string, { summary }: EventContractError): MockError {
  return new MockError('input', 'BAD_PAYLOAD', `Failed to trigger ${event}. ${summary}`, {
    hint: 'Correct the payload, or say raw: true to send it all the same.',
  })
}
