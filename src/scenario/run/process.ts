import { constants } from 'node:os'
import type { Result } from 'execa'
import type { Clock } from '../../core/clock.ts'
import { MockError } from '../../core/errors.ts'

/** A command and everything that it started. */
interface ProcessGroup {
  signal(name: NodeJS.Signals): void
  /** Kills what is left of it, and forgets it. */
  dismiss(): void
}

/** @param pid of its first process, which began the group */
function createGroup(pid: number | undefined): ProcessGroup {
  const signal = (name: NodeJS.Signals) => {
    try {
      if (pid !== undefined) process.kill(-pid, name)
    } catch {
      // Nothing of it is left.
    }
  }
  // Should we end first, however that comes: a process group of its own gets no ^C.
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

interface CommandOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string | null
  readonly clock: Clock
}

const MOST_CHARACTERS = 1024 * 1024

const GRACE_MS = 1_000

const FIRST_SIGNAL = 128

/** The exit code of a process; 128 and the signal's number where a signal ended it, as shells have it. */
export function exitOf({ exitCode, signal }: Pick<Result, 'exitCode' | 'signal'>): number {
  return exitCode ?? FIRST_SIGNAL + (signal === undefined ? 0 : constants.signals[signal])
}

/**
 * Starts a file with arguments, or a string by the shell, in a process group of its own: whatever it leaves behind ends
 * with it.
 *
 * @throws MockError (environment) when it cannot be started.
 */
export async function startCommand(
  command: string | readonly string[],
  { env, cwd, clock }: CommandOptions,
): Promise<Running> {
  const { execa } = await import('execa')
  const isShell = typeof command === 'string'
  const [file = '', ...args] = isShell ? [command] : command
  const started = clock.elapsed()
  const child = execa(file, args, {
    shell: isShell,
    env,
    extendEnv: false,
    ...(cwd !== null && { cwd }),
    detached: true,
    // Ending the group is ours.
    cleanup: false,
    stdin: 'ignore',
    buffer: false,
    reject: false,
  })
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] = (printed[stream] + text).slice(-MOST_CHARACTERS)
    })
  const group = createGroup(child.pid)
  // Whatever keeps its pipes open after it would keep us waiting.
  child.once('exit', () => group.dismiss())
  const ended = child.then((result): Ended => {
    return {
      exit: exitOf(result),
      isLate: false,
      ...printed,
      durationMs: clock.elapsed() - started,
    }
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    // It ends before it has begun.
    void child.then(({ cause }) => {
      group.dismiss()
      reject(cannotStart(cwd === null ? `"${file}"` : `"${file}" in ${cwd}`, cause))
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

/** @param hint what to check */
export function cannotStart(
  command: string,
  cause: unknown,
  hint = 'Check the command, and from which folder it runs.',
): MockError {
  const { code = '', message } = (cause ?? {}) as Partial<NodeJS.ErrnoException>
  const reason = REASONS[code] ?? (code === '' ? message : code)
  return new MockError('environment', 'COMMAND_FAILED', `Failed to start ${command}: ${reason}.`, {
    hint,
    cause,
  })
}
