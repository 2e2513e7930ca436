import type { DeliveryStory } from '../delivery/timeline.ts'
import { eventIdOf, type Witness, witnessOf } from '../mock-delivered.ts'

/** What a mock gave out: an event, what a trigger answered, or one delivery. */
export type EventSubject =
  | { readonly id: string; readonly occurredAt: number }
  | { readonly event: { readonly id: string } }
  | { readonly id: string; readonly event: string }

export interface Subject {
  readonly witness: Witness
  /** `evt_…` or `del_…`. */
  readonly id: string
  /** Of the event, or of the delivery. */
  stories(): Promise<readonly DeliveryStory[]>
  /** Waits until all of it is settled, as long as it is told. */
  settled(timeout: string | number | undefined): Promise<void>
}

/** @throws MockError (input) for what no mock of this process gave out */
export function subjectOf(value: EventSubject): Subject {
  const witness = witnessOf(value)
  if ('event' in value && typeof value.event === 'string' && 'id' in value) {
    const { id: delivery, event } = value
    return {
      witness,
      id: delivery,
      stories: () => witness.stories({ delivery }),
      settled: (timeout) => quietly(witness.delivered(event, { timeout })),
    }
  }
  const event = eventIdOf(value as Exclude<EventSubject, { readonly event: string }>)
  return {
    witness,
    id: event,
    stories: () => witness.stories({ event }),
    settled: (timeout) => quietly(witness.delivered(event, { timeout })),
  }
}

/** What was not settled in time is told by its stories. */
async function quietly(waiting: Promise<unknown>): Promise<void> {
  try {
    await waiting
  } catch (error) {
    if ((error as { name?: string }).name !== 'AssertionError') throw error
  }
}
