import { readFile, readlink, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { threadId } from 'node:worker_threads'
import { MockError } from '../core/errors.ts'
import { isObject, parsedJson } from '../core/json.ts'
import { codeOf, locked, reasonOf } from './errors.ts'

/** Who holds a lock. A process id says nothing on another machine, in another container, or once it is given anew. */
interface LockHolder {
  readonly pid: number
  readonly thread: number
  /** Machine and, where there are such, process namespace. */
  readonly place: string
  /** When the process started, in the system's own terms; null where the system does not tell. */
  readonly born: string | null
}

/** `unknown`: nothing here can tell; only whether the lock is kept fresh. */
type Standing = 'alive' | 'dead' | 'unknown'

async function thisHolder(): Promise<LockHolder> {
  const { born } = await lookUp(process.pid)
  return { pid: process.pid, thread: threadId, place: await thisPlace(), born }
}

function readHolder(text: string): LockHolder | undefined {
  const value = parsedJson(text)
  if (!isObject(value)) return undefined
  const { pid, thread, place, born } = value
  if (!Number.isSafeInteger(pid) || Number(pid) < 1 || typeof thread !== 'number') return undefined
  if (typeof place !== 'string' || (born !== null && typeof born !== 'string')) return undefined
  return { pid: Number(pid), thread, place, born }
}

/** @param holdsIt whether this very thread holds the lock in question. */
async function standingOf(holder: LockHolder, holdsIt: boolean): Promise<Standing> {
  if (holder.place !== (await thisPlace())) return 'unknown'
  if (!runs(holder.pid)) return 'dead'
  const { born, zombie } = await lookUp(holder.pid)
  if (zombie || (born !== null && holder.born !== null && born !== holder.born)) return 'dead'
  if (holder.pid === process.pid && holder.thread === threadId) return holdsIt ? 'alive' : 'dead'
  return born === null ? 'unknown' : 'alive'
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

async function thisPlace(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '')
  return `${hostname()} ${namespace}`.trim()
}

/** See proc_pid_stat(5): the state is field 3, the start time, counted from the boot, field 22. */
async function lookUp(pid: number): Promise<{ readonly born: string | null; readonly zombie: boolean }> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { born: `${boot.trim()} ${fields[19]}`, zombie: fields[0] === 'Z' || fields[0] === 'X' }
  } catch {
    return { born: null, zombie: false }
  }
}

export interface Lock {
  /** Whether another process has taken it meanwhile, so that nothing may be written any more. */
  lost(): boolean
  release(): Promise<void>
}

/** Beyond the moments between taking a lock and saying who holds it. */
const TRIES = 25

const PAUSE_MS = 20

/** Tries after which a lock that nobody says to hold is one whose maker was killed before it could say so. */
const NAMELESS_TRIES = 10

/** A lock is kept fresh every half of it. */
const STALE_MS = 10_000

/** Locks that this thread holds. */
const held = new Set<string>()

interface Found {
  readonly text: string
  readonly holder: LockHolder | undefined
  readonly standing: Standing
}

/** Locks a state file for this process. A holder that is dead is no obstacle; one that lives is named in the error. */
export async function lockState(file: string, warn: (text: string) => void): Promise<Lock> {
  let lost = false
  let released = false
  let regaining: Promise<void> = Promise.resolve()

  const regain = async () => {
    if (released) return
    warn(`The lock on the state in ${file} was removed or overtaken. It is taken anew if it is free.`)
    try {
      await disown(file)
      unlock = await acquire(file, onCompromised)
      if (released) await unlock()
    } catch (cause) {
      lost = true
      const why = cause instanceof MockError ? cause.summary : reasonOf(cause)
      warn(`The state in ${file} is no longer kept: ${why}`)
    }
  }
  const onCompromised = () => {
    regaining = regain()
  }
  let unlock = await acquire(file, onCompromised)
  return {
    lost: () => lost,
    async release() {
      released = true
      await regaining
      if (!lost) {
        await disown(file)
        await unlock()
      }
      held.delete(file)
    },
  }
}

async function acquire(file: string, onCompromised: () => void): Promise<() => Promise<void>> {
  const { lock } = await import('proper-lockfile')
  const options = { realpath: false, lockfilePath: lockPath(file), stale: STALE_MS, onCompromised }
  let nameless = 0
  for (let tries = 1; ; tries++) {
    const found = await look(file)
    nameless = found === undefined || found.text === '' ? nameless + 1 : 0
    if (found?.standing === 'alive') throw locked(file, nameOf(found.holder))
    if (found?.standing === 'dead') await bury(file, found)
    try {
      const unlock = await lock(file, options)
      const quietly = () => unlock().catch(() => undefined)
      if (await own(file)) return quietly
      await quietly()
    } catch (error) {
      if (codeOf(error) !== 'ELOCKED') throw error
      if (nameless >= NAMELESS_TRIES) await clearAway(file, found)
    }
    if (tries >= TRIES) throw locked(file, nameOf(found?.holder))
    await delay(PAUSE_MS)
  }
}

/** Says who holds it; false when someone else, who lives, has said so first. */
async function own(file: string): Promise<boolean> {
  const text = JSON.stringify(await thisHolder())
  const found = await look(file)
  if (found?.standing === 'alive') return false
  held.add(file)
  try {
    await writeFile(holderPath(file), text, { flag: found === undefined ? 'wx' : 'w' })
    return true
  } catch (error) {
    held.delete(file)
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

async function disown(file: string): Promise<void> {
  const found = await look(file)
  const mine = await thisHolder()
  const isMine =
    found?.holder?.pid === mine.pid &&
    found.holder.thread === mine.thread &&
    found.holder.place === mine.place
  if (isMine) await rm(holderPath(file), { force: true })
}

/** Removes what a dead holder left. Of several that try, only the one whose rename succeeds goes on. */
async function bury(file: string, dead: Found): Promise<void> {
  const grave = `${holderPath(file)}.${process.pid}`
  try {
    await rename(holderPath(file), grave)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  if ((await readFile(grave, 'utf8')) !== dead.text) {
    // Someone was faster, and this is already the record of the new holder.
    await rename(grave, holderPath(file))
    return
  }
  await removeLock(file)
  await rm(grave, { force: true })
}

/** What is left of someone who was killed between taking the lock and saying so. */
async function clearAway(file: string, found: Found | undefined): Promise<void> {
  if (found === undefined) await removeLock(file)
  else await bury(file, found)
}

async function removeLock(file: string): Promise<void> {
  await rmdir(lockPath(file)).catch((error) => {
    if (codeOf(error) !== 'ENOENT') throw error
  })
}

async function look(file: string): Promise<Found | undefined> {
  try {
    const text = await readFile(holderPath(file), 'utf8')
    const holder = readHolder(text)
    const standing = holder === undefined ? 'unknown' : await standingOf(holder, held.has(file))
    return { text, holder, standing }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function nameOf(holder: LockHolder | undefined): string {
  if (holder === undefined) return 'another process'
  return holder.pid === process.pid ? `this process (${holder.pid})` : `process ${holder.pid}`
}

function lockPath(file: string): string {
  return `${file}.lock`
}

function holderPath(file: string): string {
  return `${file}.holder`
}
