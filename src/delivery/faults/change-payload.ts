import {
  atPointer,
  isJsonObject,
  type Json,
  type JsonObject,
  parsedJson,
  toPointer,
} from '../../core/json.ts'
import { merge, setAt } from '../../core/merge.ts'
import type { DeliveryAction } from '../../fault/fault.ts'
import { properties } from '../../spec/properties.ts'
import type { Schema } from '../../spec/provider.ts'
import { valueKeyword } from '../../spec/value-keyword.ts'

/** What is to be signed and sent. */
export interface Payload {
  readonly body: Buffer
  /** The event's type, as headers tell it. */
  readonly type: string
}

type Changes = {
  readonly [N in DeliveryAction['name']]?: (
    action: Extract<DeliveryAction, { name: N }>,
    payload: Payload,
    schema: Schema | undefined,
  ) => Payload
}

const CHANGES: Changes = {
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
  const change = CHANGES[action.name] as
    | ((action: DeliveryAction, payload: Payload, schema: Schema | undefined) => Payload)
    | undefined
  return change?.(action, payload, schema) ?? null
}

/** A body that is no JSON object has no members, and stays as it is. */
export function withMembers(body: Buffer, members: JsonObject): Buffer {
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
