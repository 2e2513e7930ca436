import type { Instant } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import { atPointer, isJsonObject, type Json, merge, setAt, toPointer, withoutAt } from '../core/json.ts'
import type { Random } from '../core/random.ts'
import { suggestion } from '../core/text.ts'
import { isoTime } from '../core/units.ts'
import { properties, valueKeyword } from '../spec/openapi-nodes.ts'
import type { EventType, Schema } from '../spec/provider.ts'
import type { IdFormat, ValueDetails, ValueSource } from '../spec/vocabulary.ts'
import type { Change, Store } from '../state/store.ts'

/** What an event is to be: everything but the payload is fresh unless the payload says otherwise. */
interface EventIdentity {
  readonly id: string
  readonly occurredAt: Instant
}

interface FreshPlace {
  readonly steps: readonly string[]
  readonly value: ValueDetails
}

const SOURCES: Partial<
  Record<ValueSource, (event: EventIdentity, type: string, value: ValueDetails) => Json>
> = {
  'event.id': (event) => event.id,
  'event.type': (_, type) => type,
  'event.occurred-at': (event, _, { precision }) => isoTime(event.occurredAt, precision),
}

/** The body of an event: its sample, fresh ids and times, and the payload over both. */
export function composeEvent(type: EventType, payload: Json | undefined, identity: EventIdentity): Json {
  const sample = freshPlaces(type.schema).reduce((body, { steps, value }) => {
    const fresh = SOURCES[value.from]?.(identity, type.type, value)
    return fresh === undefined ? body : setAt(body, steps, fresh)
  }, type.sample)
  return payload === undefined ? sample : merge(sample, payload)
}

/** The identity that a payload brings along: an event whose payload names its id is delivered under that id. */
export function givenIdentity(type: EventType, payload: Json | undefined): Partial<EventIdentity> {
  const given: { id?: string; occurredAt?: Instant } = {}
  for (const { steps, value } of freshPlaces(type.schema)) {
    const found = atPointer(payload, toPointer(steps))
    if (typeof found !== 'string' || found === '') continue
    if (value.from === 'event.id') given.id = found
    const time = Date.parse(found)
    if (value.from === 'event.occurred-at' && !Number.isNaN(time)) given.occurredAt = time
  }
  return given
}

const known = new WeakMap<Schema, readonly FreshPlace[]>()

function freshPlaces(schema: Schema): readonly FreshPlace[] {
  const places = known.get(schema) ?? findFreshPlaces(schema, [])
  known.set(schema, places)
  return places
}

function findFreshPlaces(schema: Schema, steps: readonly string[]): readonly FreshPlace[] {
  const value = valueKeyword(schema)
  if (value !== undefined) return [{ steps, value }]
  return properties(schema).flatMap(([name, child]) => findFreshPlaces(child, [...steps, name]))
}

interface NewId {
  readonly id: string
  /** To be committed with the record that uses the id. */
  readonly changes: readonly Change[]
}

/** An id in a provider's own format. `sequence` names the counter of numbered ids. */
export async function newId(
  format: IdFormat,
  sequence: string,
  { rng, store }: { readonly rng: Random; readonly store: Store },
): Promise<NewId> {
  if (format.format === 'uuid') return { id: rng.uuid(), changes: [] }
  if (format.format === 'text')
    return { id: `${format.prefix ?? ''}${rng.text(format.alphabet, format.length)}`, changes: [] }
  const { value, change } = await store.nextNumber(sequence, format.start ?? 1)
  return { id: String(value), changes: [change] }
}

/**
 * A body without some of its fields. One that it does not have is a slip: what is sent would be whole.
 *
 * @throws MockError UNKNOWN_FIELD with the nearest field at that place
 */
export function withoutFields(type: string, body: Json, places: readonly (readonly string[])[]): Json {
  return places.reduce<Json>((rest, steps) => {
    let here: Json | undefined = rest
    for (const step of steps) {
      const known: readonly string[] = isJsonObject(here) ? Object.keys(here) : []
      if (!known.includes(step)) throw unknownField(type, steps, step, known)
      here = isJsonObject(here) ? here[step] : undefined
    }
    return withoutAt(rest, steps)
  }, body)
}

function unknownField(
  type: string,
  steps: readonly string[],
  step: string,
  known: readonly string[],
): MockError {
  const text = `Failed to leave out "${steps.join('.')}": the body of ${type} has no such field.`
  return new MockError('input', 'UNKNOWN_FIELD', text, {
    ...(known.length > 0 && { hint: suggestion(step, known) }),
  })
}
