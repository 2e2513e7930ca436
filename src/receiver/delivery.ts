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
  /** False when the sender broke off before its body was complete. */
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

/** All bytes of a request's body, and whether the sender completed it. */
export function readAll(request: IncomingMessage): Promise<{ body: Buffer; complete: boolean }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const done = () => resolve({ body: Buffer.concat(chunks), complete: request.complete })
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.once('end', done)
    request.once('error', done)
    request.once('close', done)
  })
}
