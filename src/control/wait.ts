import type { Json } from '../core/json.ts'
import { readDuration } from '../core/units.ts'

/** The longest that a request to the control API may wait, in milliseconds: an hour. */
export const LONGEST_WAIT = 3_600_000

/** Milliseconds of a duration that the contract has validated; undefined when it is longer than `most`. */
export function durationOf(text: Json | undefined, otherwise: number, most: number): number | undefined {
  const ms = typeof text === 'string' ? (readDuration(text) ?? otherwise) : otherwise
  return ms <= most ? ms : undefined
}

/** The client has disconnected, so nobody needs the result any more. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** The result of `work`; rejects with {@link ClientGone} as soon as the client disconnects. */
export function unlessGone<T>(work: Promise<T>, gone: AbortSignal): Promise<T> {
  if (gone.aborted) return Promise.reject(new ClientGone())
  return new Promise((resolve, reject) => {
    const abort = () => reject(new ClientGone())
    gone.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => gone.removeEventListener('abort', abort))
  })
}
