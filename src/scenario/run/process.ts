import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Clock } from '../../core/clock.ts'
import { MockError } from '../../core/errors.ts'

/** A command and everything that it started. */
interface ProcessGroup {
  signal(name: NodeJS.Signals): void
  /** Ends at once whoever is left, and lets go of it. */
  dismiss(): void
}

/** @param pid of its first process, which began the group */
function createGroup(pid: number | undefined): ProcessGroup {
  const signal = (name: NodeJS.Signals) => {
    try {
      if (pid !== undefined) process.kill(-pid, name)
    } catch {
      // Nobody of it is left.
    }
  }
  // Should we end first, however that comes: a group of its own gets no ^C.
  const leave = () => signal('SIGKILL')
  process.once('exit', leave)
  return {
    signal,
    dismiss() {
      signal('SIGKILL')
      process.off('exit', leave)
    },
  }
}

export interface Ended {
  /** 128 and the signal's number where a signal ended it, as shells have it. */
  readonly exit: number
  /** It was ended for taking too long. */
  readonly isLate: boolean
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
}

export interface Running {
  readonly ended: Promise<Ended>
  /** Ends it with everything that it started. */
  end(): Promise<void>
}

interface CommandSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string | null
  readonly clock: Clock
}

const MOST_CHARACTERS = 1024 * 1024

const GRACE_MS = 1_000

const FIRST_SIGNAL = 128

/**
 * Starts words, or one text by the shell, in a process group of its own: whatever it started and left behind ends with it.
 *
 * @throws MockError (environment) when it cannot be started.
 */
export async function startCommand(
  command: string | readonly string[],
  { env, cwd, clock }: CommandSurroundings,
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
    child.once('error', (cause: NodeJS.ErrnoException) => reject(cannotStart(file, cwd, cause)))
  })
  const group = createGroup(child.pid)
  const ended = new Promise<Ended>((resolve) => {
    // Who keeps its pipes open after it would keep us waiting.
    child.once('exit', () => group.dismiss())
    child.once('close', (code, signal) => {
      const exit = code ?? FIRST_SIGNAL + (signal === null ? 0 : constants.signals[signal])
      resolve({ exit, isLate: false, ...printed, durationMs: clock.elapsed() - started })
    })
  })
  return {
    ended,
    async end() {
      group.signal('SIGTERM')
      const timer = setTimeout(() => group.signal('SIGKILL'), GRACE_MS)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Waits for its end, at most so long; then it is ended. */
export async function within(running: Running, timeoutMs: number, signal: AbortSignal): Promise<Ended> {
  let isLate = false
  const stop = () => {
    isLate = true
    void running.end()
  }
  const timer = setTimeout(stop, timeoutMs)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const ended = await running.ended
  clearTimeout(timer)
  signal.removeEventListener('abort', stop)
  return { ...ended, isLate }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such command',
  EACCES: 'it may not be run',
}

function cannotStart(file: string, cwd: string | null, cause: NodeJS.ErrnoException): MockError {
  const reason = REASONS[cause.code ?? ''] ?? cause.code ?? cause.message
  const where = cwd === null ? '' : ` in ${cwd}`
  return new MockError('environment', 'COMMAND_FAILED', `Failed to start "${file}"${where}: ${reason}.`, {
    hint: 'Check the command, and from which folder it runs.',
    cause,
  })
}
