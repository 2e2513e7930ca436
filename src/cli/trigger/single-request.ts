import { toBody } from '../../core/body.ts'
import type { Clock } from '../../core/clock.ts'
import { MockError } from '../../core/errors.ts'
import type { Event } from '../../core/event.ts'
import type { Chance } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import type { AttemptFacts } from '../../delivery/header-value.ts'
import { freshId, unregisteredAttempt } from '../../delivery/unregistered-attempt.ts'
import { composeEvent, givenIdentity } from '../../event/compose-event.ts'
import { bodyFindings, EventContractError, eventType } from '../../event/emit-event.ts'
import { withoutFields } from '../../event/without-fields.ts'
import type { Provider } from '../../spec/provider.ts'
import { pathSteps } from './payload.ts'

export interface SingleRequest {
  readonly provider: Provider
  readonly type: string
  readonly url: string
  readonly secret: string
  readonly payload: Json | undefined
  readonly remove: readonly string[]
  readonly id: string | undefined
  readonly account: string | undefined
  readonly raw: boolean
}

interface Parts {
  readonly clock: Clock
  readonly chance: Chance
}

/**
 * The first attempt of an event at a webhook that nobody registered.
 * @throws MockError BROKEN_CONTRACT for a body that breaks the event's schema, unless `raw`.
 */
export function singleAttempt(request: SingleRequest, { clock, chance }: Parts): AttemptFacts {
  const { provider, url, secret, payload, remove, raw } = request
  const type = eventType(provider, request.type)
  const given = givenIdentity(type, payload)
  const now = clock.now()
  const id = request.id ?? given.id ?? freshId(provider.delivery.eventId, { clock, chance })
  const occurredAt = given.occurredAt ?? now
  const composed = composeEvent(type, payload, { id, occurredAt })
  const body = withoutFields(type.type, composed, remove.map(pathSteps))
  const findings = raw ? [] : bodyFindings(type, body)
  if (findings.length > 0)
    throw new MockError(
      'input',
      'BROKEN_CONTRACT',
      `Failed to trigger ${type.type}: ${new EventContractError(type.type, findings).summary}`,
      {
        hint: 'Send it all the same with --raw.',
      },
    )
  const account = accountNamed(provider, request.account)
  return unregisteredAttempt(
    {
      provider,
      account,
      type: type.type,
      body: toBody(Buffer.from(JSON.stringify(body))),
      id,
      occurredAt,
      url,
      secrets: [secret],
    },
    { clock, chance },
  )
}

function accountNamed(provider: Provider, name: string | undefined): Event['account'] {
  const account = provider.accounts.find((one) => name === undefined || one.name === name)
  if (account !== undefined) return account.name
  throw new MockError('input', 'UNKNOWN_ACCOUNT', `Failed to find the account "${name}" of ${provider.id}.`, {
    hint: `Known are: ${provider.accounts.map((one) => one.name).join(', ')}.`,
  })
}
