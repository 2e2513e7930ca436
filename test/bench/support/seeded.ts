import { cp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { result } from './processes.ts'
import type { Scratch } from './scratch.ts'
import type { Setting } from './setting.ts'

/** Ten seconds after a failed first attempt follows the second: what the deliveries are measured with. */
export const PROVIDER = 'tsanet'
export const EVENT = 'note.created'
/** Stored attempts. */
export const FEW = 100
export const MANY = 100_000
/** As many as the mock sends to one webhook at a time. */
export const CONNECTIONS = 8

export interface Seeded {
  readonly db: string
  readonly stored: number
  /** Of one delivery. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

const made = new WeakMap<Scratch, Map<string, Promise<Seeded>>>()

/** A state file of one's own, with one webhook at the receiver and so many stored attempts. */
export async function seeded(setting: Setting, receiver: string, attempts: number): Promise<Seeded> {
  const known = made.get(setting.scratch) ?? new Map()
  made.set(setting.scratch, known)
  // Some are wanted more than once, and take long to make.
  const key = `${attempts} ${receiver}`
  const making = known.get(key) ?? make(setting, receiver, attempts)
  known.set(key, making)
  const seed = await making
  const db = join(await setting.scratch.folder(), 'db.json')
  await cp(dirname(seed.db), dirname(db), { recursive: true })
  return { ...seed, db }
}

async function make({ dist, scratch }: Setting, receiver: string, attempts: number): Promise<Seeded> {
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
