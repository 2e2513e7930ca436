import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { threadId } from 'node:worker_threads'
import { isObject } from '../core/json.ts'
import { parse } from './journal-line.ts'
import { codeOf } from './state-errors.ts'

/** Who holds a lock. A process id says nothing on another machine, in another container, or once it is given anew. */
export interface LockHolder {
  readonly pid: number
  readonly thread: number
  /** Machine and, where there are such, process namespace. */
  readonly place: string
  /** When the process started, in the system's own terms; null where the system does not tell. */
  readonly born: string | null
}

/** `unknown`: nothing here can tell; only whether the lock is kept fresh. */
export type Standing = 'alive' | 'dead' | 'unknown'

export async function thisHolder(): Promise<LockHolder> {
  const { born } = await lookUp(process.pid)
  return { pid: process.pid, thread: threadId, place: await thisPlace(), born }
}

export function readHolder(text: string): LockHolder | undefined {
  const value = parse(text)
  if (!isObject(value)) return undefined
  const { pid, thread, place, born } = value
  if (!Number.isSafeInteger(pid) || Number(pid) < 1 || typeof thread !== 'number') return undefined
  if (typeof place !== 'string' || (born !== null && typeof born !== 'string')) return undefined
  return { pid: Number(pid), thread, place, born }
}

/** @param holdsIt whether this very thread holds the lock in question. */
export async function standingOf(holder: LockHolder, holdsIt: boolean): Promise<Standing> {
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
