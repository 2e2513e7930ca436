import express, { type Request, type Response } from 'express'
import type { Json } from '../core/json.ts'
import { MAX_LEVELS } from '../core/json-reader.ts'
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

export function parseJson(
  bytes: Buffer,
): { readonly body: Json | undefined } | { readonly problem: RequestProblem } {
  if (bytes.length === 0) return { body: undefined }
  if (bytes.length > MAX_LEVELS && levelsOf(bytes) > MAX_LEVELS)
    return { problem: problem('malformed', { reason: `it is nested more than ${MAX_LEVELS} levels deep` }) }
  try {
    return { body: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json }
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'no JSON'
    return { problem: problem('malformed', { reason }) }
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c]

/** What `[`, `{`, `]` and `}` do to the depth, by their byte. */
const STEPS: Readonly<Record<number, number>> = { 91: 1, 123: 1, 93: -1, 125: -1 }

/** How deep the brackets outside of strings are nested. */
function levelsOf(bytes: Buffer): number {
  let level = 0
  let deepest = 0
  let inString = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    if (byte === QUOTE) inString = !inString
    else if (inString) i += byte === BACKSLASH ? 1 : 0
    else level += STEPS[byte] ?? 0
    deepest = Math.max(deepest, level)
  }
  return deepest
}

function bodyProblem(error: unknown, limit: number): RequestProblem {
  const { status, message } = error as { status?: number; message?: string }
  if (status === 413) return problem('too-large', { limit, reason: `more than ${limit} bytes` })
  return status === 415
    ? problem('media-type', { reason: message ?? 'unsupported encoding' })
    : problem('malformed', { reason: message ?? 'the body could not be read' })
}
