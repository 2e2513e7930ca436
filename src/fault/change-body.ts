import {
  atPointer,
  isJsonObject,
  type Json,
  type JsonObject,
  merge,
  parsedJson,
  setAt,
  toPointer,
} from '../core/json.ts'

/** With these members over its own. A body that is not a JSON object has none, and stays as it is. */
export function withMembers(body: Buffer, members: JsonObject): Buffer {
  return withJson(body, (json) => (isJsonObject(json) ? merge(json, members) : json))
}

function withJson(body: Buffer, change: (json: Json) => Json): Buffer {
  const json = parsedJson(body.toString('utf8'))
  if (json === undefined) return body
  const changed = JSON.stringify(change(json))
  return changed === JSON.stringify(json) ? body : Buffer.from(changed)
}

/** With another event type: where the document puts it, and wherever else the same string stands. */
export function withType(
  body: Buffer,
  from: string,
  to: string,
  paths: readonly (readonly string[])[],
): Buffer {
  return withJson(body, (json) => {
    const set = paths.reduce<Json>(
      (whole, path) =>
        typeof atPointer(whole, toPointer(path)) === 'string' ? setAt(whole, path, to) : whole,
      json,
    )
    return replaced(set, from, to)
  })
}

function replaced(json: Json, from: string, to: string): Json {
  if (json === from) return to
  if (Array.isArray(json)) return (json as readonly Json[]).map((item) => replaced(item, from, to))
  if (!isJsonObject(json)) return json
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, replaced(value, from, to)]))
}

/** To exactly so many bytes: by one more member where there is room for it, else by white space. */
export function padded(body: Buffer, bytes: number): Buffer {
  if (body.length >= bytes) return body
  const text = body.toString('utf8').trimEnd()
  const isObject = isJsonObject(parsedJson(text))
  const member = `${/^\s*\{\s*\}$/.test(text) ? '' : ','}"padding":"`
  const room = bytes - Buffer.byteLength(text) - member.length - 1
  if (!isObject || room < 0) return Buffer.concat([body, Buffer.alloc(bytes - body.length, ' ')])
  return Buffer.from(`${text.slice(0, -1)}${member}${'x'.repeat(room)}"}`)
}

/** Another body in any case: where these members are there already, or cannot be, by a space at the end. */
export function altered(body: Buffer, members: JsonObject): Buffer {
  const changed = withMembers(body, members)
  return changed.equals(body) ? Buffer.concat([body, Buffer.from(' ')]) : changed
}

/**
 * The same JSON in other bytes, as a program makes them that parses and writes again: other white space, and nothing
 * else, so that numbers beyond what a program can hold stay as they are. A body that is not JSON stays as it is.
 */
export function rewritten(body: Buffer): Buffer {
  const text = body.toString('utf8')
  if (parsedJson(text) === undefined) return body
  return Buffer.from([respaced(text, ' '), respaced(text, '')].find((one) => one !== text) ?? `${text}\n`)
}

/** A JSON text without the white space outside its strings, and with `after` behind each comma and colon. */
function respaced(text: string, after: string): string {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[^\s"]|\s+/gs) ?? []
  return tokens
    .filter((token) => token.trim() !== '')
    .map((token) => (token === ',' || token === ':' ? token + after : token))
    .join('')
}
