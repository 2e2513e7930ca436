import { createClock } from '../../core/clock.ts'
import { createChance } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import { freshId } from '../../delivery/unregistered-attempt.ts'
import { givenIdentity } from '../../event/compose-event.ts'
import { knownProvider } from '../providers/known-providers.ts'
import type { TriggerFlags } from './trigger-flags.ts'

/** The id, in its provider's format, of an event that does not exist yet: a fault has to be there before it. */
export async function idToStrike(
  provider: string,
  type: string,
  payload: Json | undefined,
  { id, spec }: Pick<TriggerFlags, 'id' | 'spec'>,
): Promise<string> {
  if (id !== undefined) return id
  const chance = createChance()
  // A server may serve documents that this command does not know; most providers' ids are of this form.
  const known = await knownProvider(provider, spec).catch(() => null)
  if (known === null) return chance.uuid()
  const event = known.events.get(type)
  const given = event === undefined ? undefined : givenIdentity(event, payload).id
  return given ?? freshId(known.delivery.eventId, { clock: createClock(), chance })
}
