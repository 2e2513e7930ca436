import { bounded, type RuleViolation } from '../contract/messages.ts'
import { aboutPlace, UNDECLARED, validateValue } from '../contract/validate.ts'
import { type Clock, type Instant, isInstant } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import { atPointer, isJsonObject, type Json, merge, pointerSteps, setAt, toPointer } from '../core/json.ts'
import { type Body, type Event, toBody } from '../core/model.ts'
import type { AccountName, Random } from '../core/random.ts'
import { listSome, nearest, shorten, suggestion } from '../core/text.ts'
import { properties, valueKeyword } from '../spec/document.ts'
import type { EventType, Provider, Schema } from '../spec/provider.ts'
import type { IdFormat, ValueDetails } from '../spec/vocabulary.ts'
import { longSequence, sequenceOf } from '../state/sequences.ts'
import type { Change, Store } from '../state/store.ts'
import { sourceValue } from './value-sources.ts'

/** What an event is made with. Without a store there are no counters: see {@link storelessId}. */
interface ComposeParts {
  readonly clock: Pick<Clock, 'now' | 'wall'>
  readonly rng: Random
  readonly store?: Pick<Store, 'nextNumber'>
}

/** What an event is to be: everything that is not given comes from its type's sample, or is new. */
export interface EventInput {
  readonly provider: Provider
  readonly account: AccountName
  readonly type: string
  /** Merged over the type's sample. */
  readonly payload?: Json | undefined
  /** JSON pointers of fields that are taken out of the composed body. */
  readonly remove?: readonly string[] | undefined
  /** The event's id in the provider's format. */
  readonly id?: string | undefined
  /** Keep the body even where it breaks the event's schema. */
  readonly raw?: boolean | undefined
}

interface ComposedEvent {
  readonly event: Event
  readonly body: Json
  /** To be committed with the event. */
  readonly changes: readonly Change[]
}

/**
 * An event with its body: the type's sample, with a new id and time, the payload over both, less what is to be removed.
 *
 * @throws MockError UNKNOWN_EVENT, UNKNOWN_FIELD for a field that cannot be removed
 * @throws EventContractError when the body breaks the type's schema, unless `raw`
 */
export async function composeEvent(
  parts: ComposeParts,
  { provider, account, type: name, payload, remove = [], id, raw = false }: EventInput,
): Promise<ComposedEvent> {
  const type = eventType(provider, name)
  const identity = await eventIdentity(parts, provider, type, { id, payload })
  const fresh = { providerId: identity.id, type: type.type, occurredAt: identity.occurredAt }
  const owner = provider.accounts.find((one) => one.name === account) ?? {
    provider: provider.id,
    name: account,
  }
  const context = { environment: provider.environment, account: owner }
  const sample = freshPlaces(type.schema).reduce((body, { steps, value }) => {
    const filled = sourceValue(value, context, { event: fresh })
    return filled === undefined || typeof filled === 'bigint' ? body : setAt(body, steps, filled)
  }, type.sample)
  const whole = payload === undefined ? sample : merge(sample, payload)
  const body = withoutFields(type.type, whole, remove.map(pointerSteps))
  const violations = raw ? [] : bodyViolations(type, body)
  if (violations.length > 0) throw new EventContractError(type.type, violations)
  const event = eventWith(parts, {
    provider,
    account,
    type: type.type,
    body: toBody(Buffer.from(JSON.stringify(body))),
    identity,
    raw,
  })
  return { event, body, changes: identity.changes }
}

/** An event whose body is there already, as it is. */
export function eventWith(
  { rng }: Pick<ComposeParts, 'rng'>,
  {
    provider,
    account,
    type,
    body,
    identity,
    raw = false,
  }: Pick<EventInput, 'provider' | 'account' | 'type' | 'raw'> & {
    readonly body: Body
    readonly identity: EventIdentity
  },
): Event {
  return {
    id: rng.event(),
    providerId: identity.id,
    provider: provider.id,
    account,
    type,
    occurredAt: identity.occurredAt,
    body,
    ...(raw && { raw }),
  }
}

export function eventType(provider: Provider, name: string): EventType {
  const type = provider.events.get(name)
  if (type === undefined) throw unknownEvent(provider, name)
  return type
}

export function unknownEvent({ id, events }: Provider, name: string): MockError {
  const message = `Failed to find the event type "${name}" of ${id}.`
  return new MockError('input', 'UNKNOWN_EVENT', message, {
    hint: suggestion(String(name), [...events.keys()]),
  })
}

interface EventIdentity {
  /** In the provider's format. */
  readonly id: string
  readonly occurredAt: Instant
}

/**
 * Under which id, and of which time, an event is: as asked for, else as its payload says (an event whose payload names
 * its id is delivered under that id), else new. @param type undefined: the payload is of no known type.
 */
export async function eventIdentity(
  parts: ComposeParts,
  provider: Provider,
  type: EventType | undefined,
  { id, payload }: Pick<EventInput, 'id' | 'payload'>,
): Promise<EventIdentity & NewId> {
  const found = type === undefined ? {} : payloadIdentity(type, payload)
  const fixed = id ?? found.id
  const made =
    fixed === undefined
      ? await newId(idFormat(provider, type), sequenceOf(provider.id, 'event'), parts)
      : { id: fixed, changes: [] }
  return { ...made, occurredAt: found.occurredAt ?? parts.clock.now() }
}

/** Events that only tests are made of may have ids of their own. */
function idFormat({ operations, delivery }: Provider, type: EventType | undefined): IdFormat {
  const test = operations.find(({ mock }) => mock?.eventId !== undefined && mock.event === type?.type)
  return test?.mock?.eventId ?? delivery.eventId
}

function payloadIdentity(type: EventType, payload: Json | undefined): Partial<EventIdentity> {
  const identity: { id?: string; occurredAt?: Instant } = {}
  for (const { steps, value } of freshPlaces(type.schema)) {
    const found = atPointer(payload, toPointer(steps))
    if (typeof found !== 'string' || found === '') continue
    if (value.from === 'event.id') identity.id = found
    const time = Date.parse(found)
    if (value.from === 'event.occurred-at' && isInstant(time)) identity.occurredAt = time
  }
  return identity
}

/** A place of a body that is filled anew for each event. */
interface FreshPlace {
  readonly steps: readonly string[]
  readonly value: ValueDetails
}

const freshPlacesOf = new WeakMap<Schema, readonly FreshPlace[]>()

function freshPlaces(schema: Schema): readonly FreshPlace[] {
  const places = freshPlacesOf.get(schema) ?? findFreshPlaces(schema, [])
  freshPlacesOf.set(schema, places)
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
  parts: StorelessParts & Pick<ComposeParts, 'store'>,
): Promise<NewId> {
  const { store } = parts
  if (store === undefined || format.format !== 'sequence')
    return { id: storelessId(format, parts), changes: [] }
  const { start = 1 } = format
  if (typeof start === 'string') return longId(start, sequence, store)
  const { value, change } = await store.nextNumber(sequence, start)
  return { id: String(value), changes: [change] }
}

const LARGEST_INT64 = 2n ** 63n - 1n

/** Counted from where the sequence starts, since the counter is a number of JavaScript's. */
async function longId(start: string, sequence: string, store: Pick<Store, 'nextNumber'>): Promise<NewId> {
  const { value, change } = await store.nextNumber(longSequence(sequence, start), 0)
  const id = BigInt(start) + BigInt(value)
  if (id <= LARGEST_INT64) return { id: String(id), changes: [change] }
  throw new MockError('environment', 'IDS_USED_UP', `Failed to make an id: ${id} is beyond int64.`, {
    hint: 'Reset the state, or have the sequence start lower.',
  })
}

interface StorelessParts {
  readonly clock: Pick<Clock, 'wall'>
  readonly rng: Random
}

/** An id without a counter: a numbered one is the time in milliseconds. */
export function storelessId(format: IdFormat, { clock, rng }: StorelessParts): string {
  if (format.format === 'uuid') return rng.uuid()
  if (format.format === 'sequence') return String(clock.wall())
  return `${format.prefix ?? ''}${rng.text(format.alphabet, format.length)}`
}

/** A field that the body does not have is a mistake: what is sent would be whole. */
function withoutFields(type: string, body: Json, places: readonly (readonly string[])[]): Json {
  if (places.length === 0) return body
  const rest = structuredClone(body)
  for (const steps of places) {
    let parent: Json | undefined
    let here: Json | undefined = rest
    for (const step of steps) {
      if (!isJsonObject(here) || !Object.hasOwn(here, step)) throw unknownField(type, steps, step, here)
      parent = here
      here = here[step]
    }
    if (isJsonObject(parent)) delete (parent as Record<string, Json>)[steps.at(-1) ?? '']
  }
  return rest
}

function unknownField(
  type: string,
  steps: readonly string[],
  step: string,
  parent: Json | undefined,
): MockError {
  const text = `Failed to leave out "${shorten(steps.join('.'))}": the body of ${type} has no such field.`
  const known = isJsonObject(parent) ? Object.keys(parent) : []
  return new MockError('input', 'UNKNOWN_FIELD', text, {
    ...(known.length > 0 && { hint: suggestion(step, known) }),
  })
}

/** The composed body breaks the event's schema, and `raw` was not set. */
export class EventContractError extends MockError {
  readonly violations: readonly RuleViolation[]

  constructor(type: string, violations: readonly RuleViolation[]) {
    const list = violations.map(({ location, message }) => `${location} ${message}`)
    const text = `The body breaks the contract of ${type}: ${listSome(list, { most: 10, between: '; ' })}.`
    super('input', 'BROKEN_CONTRACT', text, {
      hint: 'Correct the payload, or say raw: true to send it all the same.',
    })
    this.violations = violations
  }
}

/** So many names are looked through for the one that was intended. */
const MOST_SIBLINGS = 200

function bodyViolations(type: EventType, body: Json): readonly RuleViolation[] {
  const namesBeside = siblings(body)
  const found = validateValue(type.schema, body, 'request').map(({ place, keyword, message }) => {
    const likely = UNDECLARED.has(keyword) ? likelyName(place, namesBeside) : ''
    return { location: `body${place}`, rule: keyword, message: `${aboutPlace(keyword, message)}${likely}` }
  })
  return bounded(found)
}

/** The first names of the object that a place is in; a large one is not listed for each place anew. */
function siblings(body: Json): (steps: readonly string[]) => readonly string[] {
  const known = new Map<string, readonly string[]>()
  return (steps) => {
    const pointer = toPointer(steps.slice(0, -1))
    const parent = atPointer(body, pointer)
    const names =
      known.get(pointer) ?? (isJsonObject(parent) ? Object.keys(parent).slice(0, MOST_SIBLINGS) : [])
    known.set(pointer, names)
    return names
  }
}

/** The field beside an undeclared one that was most likely intended. */
function likelyName(place: string, namesBeside: ReturnType<typeof siblings>): string {
  const steps = pointerSteps(place)
  const name = steps.at(-1) ?? ''
  const likely = nearest(
    name,
    namesBeside(steps).filter((key) => key !== name),
  )
  return likely === undefined ? '' : ` (did you mean "${likely}"?)`
}
