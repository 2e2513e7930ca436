import express, { type Request, type Response } from 'express'
import { type Json, MAX_LEVELS } from '../core/json.ts'
import { type IncomingBody, problem, type RequestProblem } from './context.ts'

/** Reads the whole body, inflating it where it is compressed, up to `limit` bytes. */
export function readBody(limit: number): (request: Request, response: Response) => Promise<IncomingBody> {
  const raw = express.raw({ type: () => true, limit })
  return (request, response) =>
    new Promise((resolve) => {
      raw(request, response, (error?: unknown) => {
        if (error === undefined || error === null)
          return resolve({ bytes: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0) })
        // An unread rest of the body would be taken for the next request on this connection.
        response.setHeader('Connection', 'close')
        resolve({ problem: bodyProblem(error, limit) })
      })
    })
}

/** More take tens of milliseconds to be parsed alone, in which nobody else is answered. */
const MAX_VALUES = 50_000

export function parseBody(
  bytes: Buffer,
): { readonly body: Json | undefined } | { readonly problem: RequestProblem } {
  if (bytes.length === 0) return { body: undefined }
  const tooMuch = excess(bytes)
  if (tooMuch !== null) return { problem: problem('malformed', { reason: tooMuch }) }
  try {
    return { body: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json }
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'no JSON'
    return { problem: problem('malformed', { reason }) }
  }
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

/** Of what a JSON text has too much, by its brackets and commas outside of strings; null: of nothing. */
function excess(bytes: Buffer): string | null {
  let level = 0
  let values = 1
  let inString = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    if (byte === QUOTE) inString = !inString
    else if (inString) {
      if (byte === BACKSLASH) i++
    } else if (byte === COMMA) values++
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      level++
      values++
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) level--
    if (level > MAX_LEVELS) return `it is nested more than ${MAX_LEVELS} levels deep`
    if (values > MAX_VALUES) return `it has more than ${MAX_VALUES} values`
  }
  return null
}

function bodyProblem(error: unknown, limit: number): RequestProblem {
  const { status, message } = error as { status?: number; message?: string }
  if (status === 413) return problem('too-large', { limit, reason: `more than ${limit} bytes` })
  return status === 415
    ? problem('media-type', { reason: message ?? 'unsupported encoding' })
    : problem('malformed', { reason: message ?? 'the body could not be read' })
}
