import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { DeliveryView } from '../../src/api/views.ts'
import { distCommand } from './dist-command.ts'

/** A line of `start --format json`, as far as these tests look at it. */
export type PrintedLine =
  | { readonly type: 'ready'; readonly url: string; readonly state: Readonly<Record<string, number>> }
  | { readonly type: 'event'; readonly event: { readonly id: string; readonly providerId: string } }
  | {
      readonly type: 'attempt'
      readonly attempt: DeliveryView['attempts'][number]
      readonly delivery: DeliveryView
    }
  | { readonly type: 'settled'; readonly delivery: DeliveryView }
  | { readonly type: 'notice'; readonly text: string }
  | { readonly type: 'request' | 'violation' }

export interface KillableMock {
  readonly child: ChildProcess
  readonly ready: Promise<Extract<PrintedLine, { type: 'ready' }>>
  isGone(): boolean
  /** SIGKILL; resolves once it has gone and all that it printed has been read. */
  kill(): Promise<void>
  /** Its exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>
  readonly err: () => string
}

/** Starts the built command with `start --format json`; `told` gets every whole line that it prints. */
export function startKillable(
  args: readonly string[],
  told: (line: PrintedLine) => void,
  command: readonly string[] = distCommand(),
): KillableMock {
  const [file = '', ...first] = command
  const child = spawn(file, [...first, 'start', '--port', '0', '--format', 'json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let err = ''
  let gone = false
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const exit = once(child, 'close').then(([code, signal]) => {
    gone = true
    return (code ?? signal) as number | string
  })
  const ready = new Promise<Extract<PrintedLine, { type: 'ready' }>>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      // The end may come in the middle of a line.
      if (!text.endsWith('}')) return
      const line = JSON.parse(text) as PrintedLine
      if (line.type === 'ready') resolve(line)
      told(line)
    })
    void exit.then((code) => reject(new Error(`ended with ${code} before it was ready: ${err}`)))
  })
  ready.catch(() => undefined)
  return {
    child,
    ready,
    exit,
    isGone: () => gone,
    err: () => err,
    async kill() {
      child.kill('SIGKILL')
      await exit
    },
  }
}
