import { constants } from 'node:os'
import type { Result } from 'execa'
import type { Clock } from '../../core/clock.ts'
import { MockError } from '../../core/errors.ts'
import { type Named, namesFor } from '../../spec/names.ts'
import type { Provider } from '../../spec/provider.ts'

// Starts, stops and awaits the commands of a scenario.

/** The process group of a command: the command and everything that it started. */
interface ProcessGroup {
  signal(name: NodeJS.Signals): void
  /** Kills the processes that are left. */
  dispose(): void
}

/** @param pid of the command's own process, which leads the group; undefined when it could not be started */
function createGroup(pid: number | undefined): ProcessGroup {
  const signal = (name: NodeJS.Signals) => {
    try {
      if (pid !== undefined) process.kill(-pid, name)
    } catch {
      // The group has no process any more.
    }
  }
  // ^C does not reach a separate process group, so it is killed when this process exits first.
  const kill = () => signal('SIGKILL')
  process.once('exit', kill)
  return {
    signal,
    dispose() {
      kill()
      process.off('exit', kill)
    },
  }
}

export interface CommandResult {
  /** 128 + the signal's number when a signal ended it, as in shells. */
  readonly exitCode: number
  /** It was stopped because it took too long. */
  readonly timedOut: boolean
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
}

export interface RunningCommand {
  readonly result: Promise<CommandResult>
  /** Stops the command and everything that it started. */
  stop(): Promise<void>
}

interface CommandOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string | null
  readonly clock: Clock
}

const MAX_CHARACTERS = 1024 * 1024

const GRACE_MS = 1_000

const SIGNAL_BASE = 128

/** The exit code of a process; 128 + the signal's number when a signal ended it, as in shells. */
export function exitCodeOf({ exitCode, signal }: Pick<Result, 'exitCode' | 'signal'>): number {
  return exitCode ?? SIGNAL_BASE + (signal === undefined ? 0 : constants.signals[signal])
}

/**
 * Starts a file with arguments, or a string in the shell, in a process group of its own, so that processes which it leaves
 * behind are killed when it ends.
 *
 * @throws MockError (environment) when it cannot be started.
 */
export async function startCommand(
  command: string | readonly string[],
  { env, cwd, clock }: CommandOptions,
): Promise<RunningCommand> {
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
    // The whole group is stopped here, not only the first process.
    cleanup: false,
    stdin: 'ignore',
    buffer: false,
    reject: false,
  })
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] = (output[stream] + text).slice(-MAX_CHARACTERS)
    })
  const group = createGroup(child.pid)
  // A process that keeps the pipes open after the command has ended would keep the result waiting.
  child.once('exit', () => group.dispose())
  const commandResult = child.then((result): CommandResult => {
    return {
      exitCode: exitCodeOf(result),
      timedOut: false,
      ...output,
      durationMs: clock.elapsed() - started,
    }
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    // It ended without having been started.
    void child.then(({ cause }) => {
      group.dispose()
      reject(startError(cwd === null ? `"${file}"` : `"${file}" in ${cwd}`, cause))
    })
  })
  return {
    result: commandResult,
    async stop() {
      group.signal('SIGTERM')
      const timer = setTimeout(() => group.signal('SIGKILL'), GRACE_MS)
      await commandResult
      clearTimeout(timer)
    },
  }
}

/** Waits until the command has ended; stops it after `timeoutMs`, or when `signal` is aborted. */
export async function waitAtMost(
  running: RunningCommand,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<CommandResult> {
  let timedOut = false
  const stop = () => {
    timedOut = true
    void running.stop()
  }
  const timer = setTimeout(stop, timeoutMs)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const ended = await running.result
  clearTimeout(timer)
  signal.removeEventListener('abort', stop)
  return { ...ended, timedOut }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such command',
  EACCES: 'it may not be run',
}

/** @param hint what to check */
export function startError(
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

/** HOOKPROOF_URL, and HOOKPROOF_<PROVIDER>_URL for each: the addresses of a mock in the environment of commands. */
export function providerUrls(
  origin: string,
  providers: readonly (Named & Pick<Provider, 'basePath'>)[],
): Readonly<Record<string, string>> {
  const urls = providers.flatMap((provider) =>
    namesFor(providers, provider).map((name) => [
      providerVariable(name, 'URL'),
      `${origin}${provider.basePath}`,
    ]),
  )
  return { HOOKPROOF_URL: origin, ...Object.fromEntries(urls) }
}

/** The name of an environment variable about a provider: `HOOKPROOF_ACME_URL`, `HOOKPROOF_ACME_AUTUMN_URL`. */
export function providerVariable(id: string, name: 'URL' | 'SECRET'): string {
  return `HOOKPROOF_${id.replace(/[^a-z0-9]/g, '_').toUpperCase()}_${name}`
}
