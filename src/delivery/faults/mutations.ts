import type { Instant } from '../../core/clock.ts'
import { sameHeader } from '../../core/headers.ts'
import {
  atPointer,
  isJsonObject,
  type Json,
  type JsonObject,
  merge,
  parsedJson,
  setAt,
  toPointer,
} from '../../core/json.ts'
import type { HeaderLines } from '../../core/model.ts'
import type { Random } from '../../core/random.ts'
import type { DeliveryAction } from '../../fault/fault.ts'
import { otherSecret } from '../../signature/algorithms.ts'
import { secretLike } from '../../signature/keys.ts'
import { properties, valueKeyword } from '../../spec/document.ts'
import type { Schema } from '../../spec/provider.ts'
import type { SignatureKeyword } from '../../spec/vocabulary.ts'
import { type BuiltRequest, type RequestChanges, type RequestInput, signingSecrets } from '../request.ts'

/** What is to be signed and sent. */
interface Payload {
  readonly body: Buffer
  /** The event's type, as headers tell it. */
  readonly type: string
}

type PayloadMutations = {
  readonly [N in DeliveryAction['name']]?: (
    action: Extract<DeliveryAction, { name: N }>,
    payload: Payload,
    schema: Schema | undefined,
  ) => Payload
}

const PAYLOAD_MUTATIONS: PayloadMutations = {
  'unknown-event-type': ({ type }, payload, schema) => ({
    type,
    body: withJson(payload.body, (body) => renamed(body, payload.type, type, typePlaces(schema))),
  }),
  'extra-fields': ({ fields }, payload) => ({ ...payload, body: withMembers(payload.body, fields) }),
  'huge-body': ({ bytes }, payload) => ({ ...payload, body: padded(payload.body, bytes) }),
}

/**
 * The payload that a provider would send which had gone wrong before it signed; null where an action is about something
 * else. @param schema of the body, where its event type is known.
 */
export function changePayload(
  action: DeliveryAction,
  payload: Payload,
  schema: Schema | undefined,
): Payload | null {
  const change = PAYLOAD_MUTATIONS[action.name] as
    | ((action: DeliveryAction, payload: Payload, schema: Schema | undefined) => Payload)
    | undefined
  return change?.(action, payload, schema) ?? null
}

/** A body that is no JSON object has no members, and stays as it is. */
function withMembers(body: Buffer, members: JsonObject): Buffer {
  return withJson(body, (json) => (isJsonObject(json) ? merge(json, members) : json))
}

function withJson(body: Buffer, change: (json: Json) => Json): Buffer {
  const json = parsedJson(body.toString('utf8'))
  if (json === undefined) return body
  const changed = change(json)
  return JSON.stringify(changed) === JSON.stringify(json) ? body : Buffer.from(JSON.stringify(changed))
}

/** Where the document puts the type, and wherever else the type stands by its name. */
function renamed(json: Json, from: string, to: string, places: readonly (readonly string[])[]): Json {
  const set = places.reduce<Json>(
    (body, steps) => (typeof atPointer(body, toPointer(steps)) === 'string' ? setAt(body, steps, to) : body),
    json,
  )
  return replaced(set, from, to)
}

function replaced(json: Json, from: string, to: string): Json {
  if (json === from) return to
  if (Array.isArray(json)) return (json as readonly Json[]).map((item) => replaced(item, from, to))
  if (!isJsonObject(json)) return json
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, replaced(value, from, to)]))
}

function typePlaces(
  schema: Schema | undefined,
  steps: readonly string[] = [],
): readonly (readonly string[])[] {
  if (schema === undefined) return []
  if (valueKeyword(schema)?.from === 'event.type') return [steps]
  return properties(schema).flatMap(([name, child]) => typePlaces(child, [...steps, name]))
}

const PADDING = 'hookproof_padding'

/** To exactly so many bytes: by one more member where there is room for it, else by white space. */
function padded(body: Buffer, bytes: number): Buffer {
  if (body.length >= bytes) return body
  const text = body.toString('utf8').trimEnd()
  const isObject = isJsonObject(parsedJson(text))
  const member = `${/^\s*\{\s*\}$/.test(text) ? '' : ','}"${PADDING}":"`
  const room = bytes - Buffer.byteLength(text) - member.length - 1
  if (!isObject || room < 0) return Buffer.concat([body, Buffer.alloc(bytes - body.length, ' ')])
  return Buffer.from(`${text.slice(0, -1)}${member}${'x'.repeat(room)}"}`)
}

/** The bytes of a JSON text outside its strings, with white space taken out and, where wanted, put in. */
function respaced(text: string, after: string): string {
  const pieces = text.match(/"(?:[^"\\]|\\.)*"|[^\s"]|\s+/gs) ?? []
  return pieces
    .filter((piece) => piece.trim() !== '')
    .map((piece) => (piece === ',' || piece === ':' ? piece + after : piece))
    .join('')
}

/**
 * The same JSON in other bytes, as a program makes them that parses and writes again: other white space, and nothing
 * else, so that numbers beyond what a program can hold stay as they are. Null where it is no JSON.
 */
export function rewritten(body: Uint8Array): Buffer | null {
  const text = Buffer.from(body).toString('utf8')
  if (parsedJson(text) === undefined) return null
  const other = [respaced(text, ' '), respaced(text, '')].find((one) => one !== text) ?? `${text}\n`
  return Buffer.from(other)
}

type SignedMutations = {
  readonly [N in DeliveryAction['name']]?: (
    action: Extract<DeliveryAction, { name: N }>,
    request: BuiltRequest,
    registered: string,
  ) => BuiltRequest
}

const SIGNED_MUTATIONS: SignedMutations = {
  'alter-after-signing': ({ set }, request) => ({ ...request, body: altered(request.body, set) }),
  reserialise: (_, request) => ({ ...request, body: rewritten(request.body) ?? request.body }),
  // A scheme may sign in the query, too: what was registered has nothing there.
  'missing-signature': (_, request, registered) => ({
    ...request,
    headers: request.unsigned,
    url: registered,
    signature: null,
  }),
  'wrong-content-type': ({ type }, request) => ({
    ...request,
    headers: withContentType(request.headers, type),
    unsigned: withContentType(request.unsigned, type),
  }),
}

/**
 * A request that is changed after it was signed; null where an action is about something else.
 * @param registered the URL without what a scheme may have added.
 */
export function changeSealed(
  action: DeliveryAction,
  request: BuiltRequest,
  registered: string,
): BuiltRequest | null {
  const change = SIGNED_MUTATIONS[action.name] as
    | ((action: DeliveryAction, request: BuiltRequest, registered: string) => BuiltRequest)
    | undefined
  return change?.(action, request, registered) ?? null
}

function altered(body: Buffer, set: Parameters<typeof withMembers>[1] | null): Buffer {
  const changed = withMembers(body, set ?? { hookproof_altered: true })
  // Members that were so before, or no object: a space more is another body, too.
  return changed.equals(body) ? Buffer.concat([body, Buffer.from(' ')]) : changed
}

function withContentType(headers: HeaderLines, type: string): HeaderLines {
  return headers.map(([name, value]) => [name, sameHeader(name, 'Content-Type') ? type : value])
}

interface SigningChanges extends Pick<RequestChanges, 'secrets' | 'fields' | 'sentAt' | 'corrupt'> {
  readonly signedAt?: Instant
}

type SigningMutations = {
  readonly [N in DeliveryAction['name']]?: (
    action: Extract<DeliveryAction, { name: N }>,
    input: RequestInput,
    rng: Random,
  ) => SigningChanges
}

const SIGNING_MUTATIONS: SigningMutations = {
  'wrong-secret': ({ secret }, input, rng) => {
    const schemes = schemesOf(input)
    const wrong = (own: string) => secret ?? otherSecret(schemes, own, rng)
    return isBasicAlone(schemes)
      ? { fields: withPassword(schemes, input, (own) => secret ?? secretLike(own, rng)) }
      : { secrets: signingSecrets(input.facts).map(wrong) }
  },
  // Headers that tell the time are as old as the signature, as in a request that is replayed.
  'stale-timestamp': ({ byMs }, { facts, signedAt }) => ({
    signedAt: signedAt - byMs,
    sentAt: facts.sentAt - byMs,
  }),
  'bad-signature': (_, input, rng) => {
    const schemes = schemesOf(input)
    return isBasicAlone(schemes)
      ? { fields: withPassword(schemes, input, (own) => secretLike(own, rng)) }
      : { corrupt: true }
  },
}

/** How an attempt is signed that goes wrong there; null where an action is about something else. */
export function changeSigning(
  action: DeliveryAction,
  input: RequestInput,
  rng: Random,
): SigningChanges | null {
  const change = SIGNING_MUTATIONS[action.name] as
    | ((action: DeliveryAction, input: RequestInput, rng: Random) => SigningChanges)
    | undefined
  return change?.(action, input, rng) ?? null
}

function schemesOf({ provider, facts }: RequestInput): readonly SignatureKeyword[] {
  return provider.events.get(facts.event.type)?.signature ?? provider.signature
}

/** Credentials beside a signature stay as they are: it is the signature that receivers have to look at. */
function isBasicAlone(schemes: readonly SignatureKeyword[]): boolean {
  return schemes.every(({ scheme }) => scheme === 'basic' || scheme === 'none')
}

function withPassword(
  schemes: readonly SignatureKeyword[],
  { facts: { webhook } }: RequestInput,
  change: (password: string) => string,
): JsonObject {
  const changed = schemes.flatMap((scheme) => {
    const credentials = scheme.scheme === 'basic' ? webhook.fields[scheme.field] : undefined
    if (scheme.scheme !== 'basic' || !isJsonObject(credentials)) return []
    return [[scheme.field, { ...credentials, password: change(String(credentials.password ?? '')) }]]
  })
  return { ...webhook.fields, ...Object.fromEntries(changed) }
}
