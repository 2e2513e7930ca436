import type { Json } from '../core/json.ts'
import { readDuration } from '../core/units.ts'

/** An hour, in milliseconds. */
export const LONGEST_WAIT = 3_600_000

/** Milliseconds of a duration that the contract has let through; undefined when it is longer than `most`. */
export function durationOf(text: Json | undefined, otherwise: number, most: number): number | undefined {
  const ms = typeof text === 'string' ? (readDuration(text) ?? otherwise) : otherwise
  return ms <= most ? ms : undefined
}

/** The client has gone: whatever was awaited for it is of no use any more. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** What `work` comes to, or {@link ClientGone} as soon as the client has gone. */
export function unlessGone<T>(work: Promise<T>, gone: AbortSignal): Promise<T> {
  if (gone.aborted) return Promise.reject(new ClientGone())
  return new Promise((resolve, reject) => {
    const leave = () => reject(new ClientGone())
    gone.addEventListener('abort', leave, { once: true })
    work.then(resolve, reject).finally(() => gone.removeEventListener('abort', leave))
  })
}
