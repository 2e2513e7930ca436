import type { Instant } from '../core/clock.ts'
import { headerOf } from '../core/headers.ts'
import { atPointer, type Json, type JsonObject, parsedJson, toPointer } from '../core/json.ts'
import type { HeaderLines } from '../core/model.ts'
import { extract } from '../signature/template.ts'
import type { Verdict } from '../signature/verify.ts'
import { verifySignature } from '../signature/verify.ts'
import { properties, valueKeyword } from '../spec/document.ts'
import type { EventType, Provider, Schema } from '../spec/provider.ts'
import type { SignatureKeyword } from '../spec/vocabulary.ts'
import type { ReceivedDelivery } from './delivery.ts'

interface RecognisedEvent {
  readonly type: EventType | undefined
  readonly id: string | undefined
}

type Delivered = Pick<ReceivedDelivery, 'headers' | 'body'>

/** Which event a delivery brings, as far as the provider's document says where its type and its id are. */
export function recogniseEvent(
  provider: Pick<Provider, 'events' | 'delivery' | 'signature'>,
  delivered: Delivered,
): RecognisedEvent {
  // A byte order mark is reported elsewhere; here it must not hide the event.
  const body = parsedJson(delivered.body.toString('utf8').replace(/^\ufeff/, ''))
  const types = [...provider.events.values()]
  const named = types.find((type) => claims(provider, type, delivered, body, 'type').includes(type.type))
  const type =
    named ??
    types.find((candidate) => hasConstants(candidate, delivered, body)) ??
    (types.length === 1 ? types[0] : undefined)
  const ids = (type === undefined ? types : [type]).flatMap((one) =>
    claims(provider, one, delivered, body, 'id'),
  )
  return { type, id: ids[0] }
}

/** Every text in the places where this event type has the event's type, or its id. */
function claims(
  { delivery, signature }: Pick<Provider, 'delivery' | 'signature'>,
  type: EventType,
  { headers }: Delivered,
  body: Json | undefined,
  what: 'type' | 'id',
): readonly string[] {
  const declared = type.headers.flatMap(({ name, schema }) =>
    valueKeyword(schema)?.from === `event.${what}` ? [headerOf(headers, name)] : [],
  )
  const templates = [
    delivery.headers,
    ...[...type.signature, ...signature].map((scheme) => ('headers' in scheme ? scheme.headers : {})),
  ]
  const token = what === 'type' ? 'event' : 'id'
  const templated = templates.flatMap((lines) =>
    Object.entries(lines).map(
      ([name, template]) => extract(template, headerOf(headers, name) ?? '')?.[token],
    ),
  )
  const inBody = places(type.schema, (schema) => valueKeyword(schema)?.from === `event.${what}`).map(
    ({ pointer }) => {
      const value = atPointer(body, pointer)
      return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
    },
  )
  return [...declared, ...templated, ...inBody].filter(
    (text): text is string => text !== undefined && text !== '',
  )
}

/** Whether the event type has constants, and the delivery has all of them. */
function hasConstants(type: EventType, { headers }: Delivered, body: Json | undefined): boolean {
  const inHeaders = type.headers.filter(({ schema }) => 'const' in schema)
  const inBody = places(type.schema, (schema) => 'const' in schema)
  if (inHeaders.length + inBody.length === 0) return false
  return (
    inHeaders.every(({ name, schema }) => headerOf(headers, name) === String(schema.const)) &&
    inBody.every(({ pointer, schema }) => atPointer(body, pointer) === schema.const)
  )
}

const DEEPEST = 8

function places(
  schema: Schema,
  wanted: (schema: Schema) => boolean,
  steps: readonly string[] = [],
): readonly { readonly pointer: string; readonly schema: Schema }[] {
  if (wanted(schema)) return [{ pointer: toPointer(steps), schema }]
  if (steps.length === DEEPEST) return []
  return properties(schema).flatMap(([name, child]) => places(child, wanted, [...steps, name]))
}

/** A delivery as its receiver got it. */
interface SignedRequest {
  readonly method: string
  /** Whole, as it was registered with the provider. */
  readonly url: string
  readonly headers: HeaderLines
  readonly body: Uint8Array
}

interface VerifyWith {
  readonly secrets: readonly string[]
  /** The wall clock. */
  readonly now: Instant
  readonly event: { readonly type: EventType | undefined; readonly id: string | undefined }
  /** The webhook's own fields, for HTTP Basic. */
  readonly fields?: JsonObject
  /** Whether a signature may be of any age. */
  readonly ignoreAge?: boolean
}

/** Whether a delivery is signed as its provider does it; null where there is nothing to verify, or nothing to do it with. */
export function verifyProviderSignature(
  provider: Pick<Provider, 'signature'>,
  request: SignedRequest,
  { secrets, now, event: { type, id }, fields = {}, ignoreAge = false }: VerifyWith,
): Verdict | null {
  const schemes = schemesOf(provider, type)
  if (schemes.every(({ scheme }) => scheme === 'none')) return null
  if (secrets.length === 0 && needsSecret(schemes)) return null
  return verifySignature({
    ...request,
    schemes: ignoreAge ? schemes.map(withoutTolerance) : schemes,
    secrets,
    now,
    fields,
    ...(type === undefined ? {} : { event: { id: id ?? '', type: type.type } }),
  })
}

export function schemesOf(
  provider: Pick<Provider, 'signature'>,
  type: EventType | undefined,
): readonly SignatureKeyword[] {
  return type === undefined || type.signature.length === 0 ? provider.signature : type.signature
}

/** HTTP Basic is verified with the webhook's own fields. */
export function needsSecret(schemes: readonly SignatureKeyword[]): boolean {
  return schemes.some(({ scheme }) => scheme !== 'none' && scheme !== 'basic')
}

/** A scheme that knows no tolerance takes signatures of any age. */
function withoutTolerance(scheme: SignatureKeyword): SignatureKeyword {
  if (!('verify' in scheme)) return scheme
  const { verify: _verify, ...rest } = scheme
  return rest
}
