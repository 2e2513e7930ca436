import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { MockError } from '../../core/errors.ts'

export interface ChildCommand {
  /** Its exit code; 128 and the signal's number when a signal ended it, as shells have it. */
  readonly exited: Promise<number>
  /** Asks it to end, and ends it when it has not within the grace. */
  end(graceMs: number): Promise<void>
}

/** Starts the command with our terminal. Under `--format json` stdout is ours alone, so its lines go to stderr. */
export async function startChild(
  [file = '', ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { stdoutIsOurs }: { readonly stdoutIsOurs: boolean },
): Promise<ChildCommand> {
  const child = spawn(file, args, { env, stdio: ['inherit', stdoutIsOurs ? 2 : 'inherit', 'inherit'] })
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    )
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause: NodeJS.ErrnoException) => reject(cannotStart(file, cause)))
  })
  return {
    exited,
    async end(graceMs) {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await exited
      clearTimeout(timer)
    },
  }
}

function cannotStart(file: string, cause: NodeJS.ErrnoException): MockError {
  const reason = cause.code === 'ENOENT' ? 'there is no such command' : (cause.code ?? cause.message)
  return new MockError('environment', 'COMMAND_FAILED', `Failed to start "${file}": ${reason}.`, {
    hint: 'Check what follows "--".',
    cause,
  })
}
