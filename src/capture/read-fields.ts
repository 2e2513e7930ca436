import type { HeaderLines } from '../core/attempt.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type { Capture } from './capture.ts'
import { captureError, parsedBody } from './capture-error.ts'

/** One request out of JSON, under the names that tools give its parts. */
export function readFields(value: JsonObject): Capture {
  const headers = readHeaders(value.headers)
  const authority = headers.find(([name]) => name === ':authority')?.[1]
  const lines = headers.filter(([name]) => !name.startsWith(':'))
  return {
    method: textOf(value, ['method', 'httpMethod']) ?? 'POST',
    url: textOf(value, ['url', 'uri', 'path', 'rawPath']) ?? '/',
    // HTTP/2 has the host in a line of its own.
    headers: authority === undefined ? lines : [...lines, ['host', authority]],
    body: readBody(value),
    at: null,
    notes: value.complete === false ? ['The sender broke off before its body was complete.'] : [],
  }
}

function textOf(value: JsonObject, names: readonly string[]): string | undefined {
  return names.map((name) => value[name]).find((text): text is string => typeof text === 'string')
}

/** Pairs, objects with name and value, names and values in turn, or one object with a text or texts for each name. */
function readHeaders(value: Json | undefined): HeaderLines {
  if (isJsonObject(value))
    return Object.entries(value).flatMap(([name, one]) =>
      (Array.isArray(one) ? (one as readonly Json[]) : [one]).map((text) => [name, String(text)] as const),
    )
  const list = Array.isArray(value) ? (value as readonly Json[]) : []
  if (list.every((one) => typeof one === 'string'))
    return list.flatMap((name, i) => (i % 2 === 0 ? [[name, list[i + 1] ?? ''] as const] : []))
  return list.map((one) => {
    const [name, text] = Array.isArray(one) ? one : isJsonObject(one) ? [one.name, one.value] : []
    if (typeof name === 'string' && text !== undefined) return [name, String(text)] as const
    throw captureError(
      `${JSON.stringify(one).slice(0, 60)} is no header`,
      'Write headers as {"Name": "value"}, [["Name", "value"]] or [{"name": "Name", "value": "value"}].',
    )
  })
}

const BODY_NAMES = ['body', 'content', 'rawBody'] as const

function readBody(value: JsonObject): Buffer {
  const { postData } = value
  const name = BODY_NAMES.find((one) => value[one] !== undefined)
  const body = isJsonObject(postData) ? postData.text : name === undefined ? undefined : value[name]
  if (body === undefined || body === null) return Buffer.alloc(0)
  if (typeof body !== 'string') throw parsedBody()
  return Buffer.from(body, isBase64(value) ? 'base64' : 'utf8')
}

function isBase64({ bodyEncoding, isBase64Encoded, postData }: JsonObject): boolean {
  const encoding = isJsonObject(postData) ? postData.encoding : bodyEncoding
  return encoding === 'base64' || isBase64Encoded === true
}
