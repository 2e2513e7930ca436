import { spawn } from 'node:child_process'
import type { Clock } from '../../core/clock.ts'
import { MockError } from '../../core/errors.ts'

export interface Ended {
  /** 128 and the signal's number where a signal ended it; null: it was ended for taking too long. */
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
}

export interface Running {
  readonly ended: Promise<Ended>
  /** Ends it with everything that it started. */
  end(): Promise<void>
}

const MOST_CHARACTERS = 1024 * 1024
const GRACE_MS = 1_000
const FIRST_SIGNAL = 128

/** Starts words, or one text by the shell, in a process group of its own. @throws MockError (environment) */
export async function startCommand(
  command: string | readonly string[],
  {
    env,
    cwd,
    clock,
  }: { env: Readonly<Record<string, string | undefined>>; cwd: string | null; clock: Clock },
): Promise<Running> {
  const isText = typeof command === 'string'
  const [file = '', ...args] = isText ? [command] : command
  const started = clock.elapsed()
  const child = spawn(file, args, {
    shell: isText,
    env,
    ...(cwd !== null && { cwd }),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] = (printed[stream] + text).slice(-MOST_CHARACTERS)
    })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause: NodeJS.ErrnoException) => reject(cannotStart(file, cause)))
  })
  let isOver = false
  const closed = new Promise<Ended>((resolve) => {
    child.once('close', (code) => {
      isOver = true
      resolve({ exit: code ?? FIRST_SIGNAL, ...printed, durationMs: clock.elapsed() - started })
    })
  })
  const signal = (name: NodeJS.Signals) => {
    try {
      // The group: what the shell started goes with the shell.
      if (child.pid !== undefined) process.kill(-child.pid, name)
    } catch {
      // It has ended meanwhile.
    }
  }
  return {
    ended: closed,
    async end() {
      signal('SIGTERM')
      const timer = setTimeout(() => signal('SIGKILL'), GRACE_MS)
      if (!isOver) await closed
      clearTimeout(timer)
      signal('SIGKILL')
    },
  }
}

/** Waits for its end, at most so long; then it is ended, and its exit is null. */
export async function within(running: Running, timeoutMs: number, signal: AbortSignal): Promise<Ended> {
  let isLate = false
  const stop = () => {
    isLate = true
    void running.end()
  }
  const timer = setTimeout(stop, timeoutMs)
  signal.addEventListener('abort', stop, { once: true })
  const ended = await running.ended
  clearTimeout(timer)
  signal.removeEventListener('abort', stop)
  return isLate ? { ...ended, exit: null } : ended
}

function cannotStart(file: string, cause: NodeJS.ErrnoException): MockError {
  const reason = cause.code === 'ENOENT' ? 'there is no such command' : (cause.code ?? cause.message)
  return new MockError('environment', 'COMMAND_FAILED', `Failed to start "${file}": ${reason}.`, {
    hint: 'Check the command, and from which folder it runs.',
    cause,
  })
}
