import { join } from 'node:path'
import { result } from './processes.ts'
import type { Setting } from './setting.ts'

/** Ten seconds after a failed first attempt follows the second: what the deliveries are measured with. */
export const PROVIDER = 'tsanet'
export const EVENT = 'note.created'
/** As many as the mock sends to one webhook at a time. */
export const CONNECTIONS = 8

export interface Seeded {
  readonly db: string
  readonly stored: number
  /** Of one delivery. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** A state file with one webhook at the receiver and so many stored attempts. */
export async function seeded(
  { dist, scratch }: Setting,
  receiver: string,
  attempts: number,
): Promise<Seeded> {
  const db = join(await scratch.folder(), 'db.json')
  const input = { dist, db, provider: PROVIDER, type: EVENT, receiver, attempts }
  return { db, ...(await result<Omit<Seeded, 'db'>>('seed', input)) }
}

/** Milliseconds that passed, and those of processor time. */
export interface Taken {
  readonly taken: number
  readonly processor: number
}

/** What bare undici takes to post the same so often. */
export async function barePosts(
  origin: string,
  { body, headers }: Pick<Seeded, 'body' | 'headers'>,
  count: number,
): Promise<Taken> {
  const input = { origin, body, headers, count, connections: CONNECTIONS, warmUp: Math.min(count, 1_000) }
  return result<Taken>('bare-posts', input)
}
