import type { Request, Response } from 'express'
import express from 'express'
import type { Json } from '../core/json.ts'
import { problem, type RequestProblem } from './problem.ts'

/** A request's body as it came in: its bytes, or why they could not be had. */
export type Incoming = { readonly bytes: Buffer } | { readonly problem: RequestProblem }

/** Reads the whole body, inflating it where it is compressed, up to `limit` bytes. */
export function readBody(limit: number): (request: Request, response: Response) => Promise<Incoming> {
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
  try {
    return { body: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json }
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'no JSON'
    return { problem: problem('malformed', { reason }) }
  }
}

function bodyProblem(error: unknown, limit: number): RequestProblem {
  const { status, message } = error as { status?: number; message?: string }
  if (status === 413) return problem('too-large', { limit, reason: `more than ${limit} bytes` })
  return status === 415
    ? problem('media-type', { reason: message ?? 'unsupported encoding' })
    : problem('malformed', { reason: message ?? 'the body could not be read' })
}
