import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, readlink, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { threadId } from 'node:worker_threads'
import { createClock } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import { createRandom } from '../core/random.ts'
import { codeOf, locked, reasonOf } from './errors.ts'

/*
 * Not proper-lockfile, which knows a lock by its age alone: the lock of a killed process would count for another ten
 * seconds, and two processes that find the same old lock can each remove the other's new one. Here a lock is a folder
 * with a file for each process that claims it, whose name says who that is and is never used again: each writes its own
 * file before it looks for others, so of two at least one sees the other and withdraws, and removing the file of a dead
 * owner never removes anyone else's.
 */

export interface Lock {
  /** Whether another process has taken it meanwhile, so that nothing may be written any more. */
  lost(): boolean
  release(): Promise<void>
}

/** Where nothing else tells whether an owner lives, its file counts for so long after it was last touched. */
const STALE_MS = 10_000

const REFRESH_MS = STALE_MS / 2

/** How often, and how long apart, a claim looks whether others made at the same time have been withdrawn. */
const TRIES = 50

const PAUSE_MS = 20

/** Files of owners that this thread made and has not released. */
const held = new Set<string>()

const clock = createClock()

/** Locks a state file for this process. @throws MockError STATE_LOCKED, naming the process that uses it. */
export async function lockState(file: string, warn: (text: string) => void): Promise<Lock> {
  let owner = await acquire(file)
  let isLost = false
  let isReleased = false
  let refreshing: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout

  const acquireAgain = async () => {
    warn(`The lock on the state in ${file} was removed or overtaken. It is acquired again if it is free.`)
    held.delete(owner)
    try {
      owner = await acquire(file)
    } catch (cause) {
      isLost = true
      const why = cause instanceof MockError ? cause.summary : reasonOf(cause)
      warn(`The state in ${file} is no longer kept: ${why}`)
    }
  }
  const refresh = async () => {
    const now = new Date(clock.wall())
    try {
      await utimes(owner, now, now)
    } catch (error) {
      if (codeOf(error) === 'ENOENT' && !isReleased) await acquireAgain()
    }
    if (!isLost && !isReleased) refreshLater()
  }
  const refreshLater = () => {
    timer = setTimeout(() => {
      refreshing = refresh()
    }, REFRESH_MS).unref()
  }
  refreshLater()
  return {
    lost: () => isLost,
    async release() {
      isReleased = true
      clearTimeout(timer)
      await refreshing
      if (!isLost) await releaseOwner(owner)
    },
  }
}

/** @returns the path of this owner's file */
async function acquire(file: string): Promise<string> {
  const folder = `${file}.lock`
  const [holder] = await livingOwners(folder)
  if (holder !== undefined) throw locked(file, describeOwner(holder))
  const claim = await writeClaim(folder)
  try {
    for (let tries = 1; ; tries++) {
      const [other] = (await livingOwners(folder)).filter((path) => path !== claim)
      if (other === undefined) return claim
      // Of claims that see each other, the first by name waits for the others to withdraw.
      if (other < claim || tries >= TRIES) throw locked(file, describeOwner(other))
      await sleep(PAUSE_MS)
    }
  } catch (error) {
    await releaseOwner(claim)
    throw error
  }
}

async function writeClaim(folder: string): Promise<string> {
  const claim = join(folder, await newOwnerName())
  held.add(claim)
  for (let tries = 1; ; tries++)
    try {
      await mkdir(folder).catch(unless('EEXIST'))
      await writeFile(claim, '', { flag: 'wx' })
      return claim
    } catch (error) {
      // Another owner's release has removed the folder in between.
      if (codeOf(error) === 'ENOENT' && tries < TRIES) continue
      held.delete(claim)
      throw error
    }
}

async function releaseOwner(path: string): Promise<void> {
  await rm(path, { force: true })
  held.delete(path)
  await rmdir(dirname(path)).catch(unless('ENOENT', 'ENOTEMPTY', 'EEXIST'))
}

/** The files of owners that live, in the order of their names. What dead ones left is removed. */
async function livingOwners(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(unless('ENOENT'))
  const living: string[] = []
  for (const name of names?.sort() ?? []) {
    const path = join(folder, name)
    if (await isAlive(path)) living.push(path)
    else await removeStaleLock(path)
  }
  return living
}

async function removeStaleLock(path: string): Promise<void> {
  await rm(path, { force: true, recursive: true })
}

/** A process id says nothing on another machine, in another container, or once it is given anew. */
interface LockOwner {
  readonly pid: number
  readonly thread: number
  /** Machine and, where there are such, process namespace, as a hash. */
  readonly place: string
  /** When the process started, as a hash; null where the system does not say. */
  readonly started: string | null
}

async function newOwnerName(): Promise<string> {
  const { started } = await processFacts(process.pid)
  const unique = createRandom().uuid()
  return [process.pid, threadId, await thisPlace(), started ?? UNKNOWN, unique].join('.')
}

const UNKNOWN = 'unknown'

const OWNER_NAME = /^([1-9]\d*)\.(\d+)\.([0-9a-f]+)\.([0-9a-f]+|unknown)\./

function readOwner(path: string): LockOwner | undefined {
  const [, pid, thread, place, started] = OWNER_NAME.exec(basename(path)) ?? []
  if (place === undefined || started === undefined) return undefined
  return { pid: Number(pid), thread: Number(thread), place, started: started === UNKNOWN ? null : started }
}

function describeOwner(path: string): string {
  const owner = readOwner(path)
  if (owner === undefined) return 'another process'
  return owner.pid === process.pid ? `this process (${owner.pid})` : `process ${owner.pid}`
}

async function isAlive(path: string): Promise<boolean> {
  const owner = readOwner(path)
  if (owner === undefined || owner.place !== (await thisPlace())) return isFresh(path)
  const { pid, thread } = owner
  if (!isRunning(pid)) return false
  if (pid === process.pid && thread === threadId) return held.has(path)
  const { started, isZombie } = await processFacts(pid)
  if (isZombie || (started !== null && owner.started !== null && started !== owner.started)) return false
  return started === null ? isFresh(path) : true
}

async function isFresh(path: string): Promise<boolean> {
  const facts = await stat(path).catch(unless('ENOENT'))
  return facts !== undefined && facts.mtimeMs > clock.wall() - STALE_MS
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

async function thisPlace(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '')
  return hashOf(`${hostname()} ${namespace}`)
}

/** See proc_pid_stat(5): the state is field 3, the start time, counted from the boot, field 22. */
async function processFacts(
  pid: number,
): Promise<{ readonly started: string | null; readonly isZombie: boolean }> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8')
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    return { started: hashOf(`${boot} ${fields[19]}`), isZombie: fields[0] === 'Z' || fields[0] === 'X' }
  } catch {
    return { started: null, isZombie: false }
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** Passes over a failure with one of these codes. */
function unless(...codes: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (codes.includes(codeOf(error) ?? '')) return undefined
    throw error
  }
}
