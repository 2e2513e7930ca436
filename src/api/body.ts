import express, { type Request, type Response } from 'express'

import { parseForm } from '../contract/form.ts'
import { type Json, parseJson, TooMuchJson } from '../core/json.ts'
import { changedNumberIn, numberReason } from '../core/number-text.ts'
import type { Schema } from '../spec/provider.ts'

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
const MAX_VALUES = 20_000

/** The reason of a body that is no JSON at all, other than one that only this mock cannot read. */
export const NOT_JSON = 'the body is not valid JSON'

export function parseBody(
  bytes: Buffer,
): { readonly body: Json | undefined } | { readonly problem: RequestProblem } {
  if (bytes.length === 0) return { body: undefined }
  try {
    return { body: parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes), MAX_VALUES) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'no JSON'
    if (error instanceof TooMuchJson) return { problem: unreadProblem(reason) }
    return { problem: malformed(NOT_JSON, `it is not valid JSON: ${reason}`) }
  }
}

/** What a double may not hold: more digits than it always has, or a power of ten. */
const LONG_NUMBER = /\d[\d.]{15}|\d[eE][-+]?\d/

/** A number in JSON that would be kept, and answered, as another one. */
export function numberProblem(bytes: Buffer): RequestProblem | null {
  const text = bytes.toString()
  const lost = LONG_NUMBER.test(text) ? changedNumberIn(text, ({ isOther }) => isOther) : undefined
  if (lost === undefined) return null
  return unreadProblem(`in line ${lost.line}, column ${lost.column}, ${numberReason(lost)}`)
}

/** A body that only this mock cannot read: why, the violation says, not the provider. */
function unreadProblem(unread: string): RequestProblem {
  return malformed('the request body could not be read', unread)
}

/** What a runtime says of a body, `unread`, is for the violation; an answer has the neutral reason. */
function malformed(reason: string, unread: string): RequestProblem {
  return problem('malformed', { reason, unread })
}

/** As {@link parseBody}, of a form whose fields have the types of this schema. */
export function parseFormBody(
  bytes: Buffer,
  schema: Schema,
): { readonly body: Json } | { readonly problem: RequestProblem } {
  try {
    return { body: parseForm(new TextDecoder('utf-8', { fatal: true }).decode(bytes), schema, MAX_VALUES) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'no form'
    return { problem: malformed('the body is not a valid form', reason) }
  }
}

function bodyProblem(error: unknown, limit: number): RequestProblem {
  const { status, message } = error as { status?: number; message?: string }
  if (status === 413)
    return problem('too-large', {
      limit,
      reason: `more than ${limit} bytes`,
      unread: `it has more than ${limit} bytes`,
    })
  const unread = message ?? 'of an unknown error'
  return status === 415
    ? problem('media-type', { reason: 'the content encoding is not supported', unread })
    : unreadProblem(unread)
}
