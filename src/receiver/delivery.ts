import type { IncomingMessage } from 'node:http'
import type { Instant } from '../core/clock.ts'
import type { HeaderLines } from '../core/model.ts'
import type { ReceiverAnswer } from '../fault/receiver-catalogue.ts'

/** One request as it came in: nothing parsed, nothing normalised. */
export interface ReceivedDelivery {
  /** Counts from 1. */
  readonly number: number
  /** When it had been read. */
  readonly at: Instant
  /** When its head had arrived. */
  readonly startedAt: Instant
  /** Which of the connections to this receiver it came over, from 1. */
  readonly connection: number
  readonly method: string
  /** Path and query, as in the request line. */
  readonly path: string
  /** Header lines in the order and case in which they arrived. */
  readonly headers: HeaderLines
  /** The raw bytes. */
  readonly body: Buffer
  /** False when the sender broke off before its body was complete, or it was larger than 64 MiB and was answered 413. */
  readonly complete: boolean
  /** The answer; null when the sender broke off and could not be answered. */
  readonly answer: ReceiverAnswer | null
  /** Faults that chose the answer, by name. */
  readonly faults: readonly string[]
}

/** Node keeps name and value of each line alternating in one list. */
export function toHeaderLines(raw: readonly string[]): HeaderLines {
  const lines: [string, string][] = []
  for (let i = 0; i + 1 < raw.length; i += 2) lines.push([raw[i] as string, raw[i + 1] as string])
  return lines
}

interface ReadBody {
  readonly body: Buffer
  /** Whether this is all of it. */
  readonly complete: boolean
  /** The rest was not read. */
  readonly isTooLarge: boolean
}

/** The bytes of a request's body, up to a limit. */
export function readBody(request: IncomingMessage, limit: number): Promise<ReadBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    let isTooLarge = false
    const done = () =>
      resolve({
        body: Buffer.concat(chunks).subarray(0, limit),
        complete: request.complete && !isTooLarge,
        isTooLarge,
      })
    request.on('data', (chunk: Buffer) => {
      if (isTooLarge) return
      chunks.push(chunk)
      length += chunk.length
      isTooLarge = length > limit
      if (isTooLarge) done()
    })
    request.once('end', done)
    request.once('error', done)
    request.once('close', done)
  })
}
