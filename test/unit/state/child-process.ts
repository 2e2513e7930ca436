import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export interface Child {
  readonly process: ChildProcess
  readonly lines: AsyncIterator<string>
  /** Ends it at once; resolves when it has gone. */
  kill(): Promise<void>
}

/** Starts `committing-process.ts` as a process of its own. */
export function startChild(...args: readonly string[]): Child {
  const script = fileURLToPath(new URL('committing-process.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await gone
  }
  onTestFinished(kill)
  return { process: child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), kill }
}
