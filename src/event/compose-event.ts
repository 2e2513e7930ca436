import type { Instant } from '../core/clock.ts'
import { isoTime } from '../core/iso-time.ts'
import { atPointer, type Json, toPointer } from '../core/json.ts'
import { merge, setAt } from '../core/merge.ts'
import { properties } from '../spec/properties.ts'
import type { EventType, Schema } from '../spec/provider.ts'
import { valueKeyword } from '../spec/value-keyword.ts'
import type { ValueDetails, ValueSource } from '../spec/vocabulary.ts'

/** What an event is to be: everything but the payload is fresh unless the payload says otherwise. */
export interface EventIdentity {
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
