import { type ChildProcess, spawn } from 'node:child_process'
import { distCommand } from '../support/dist-command.ts'

export interface CommandProcess {
  readonly child: ChildProcess
  /** Lines so far. */
  readonly out: () => string[]
  readonly err: () => string
  /** The first line of stdout that fits. */
  line(pattern: RegExp): Promise<string>
  readonly exit: Promise<number | string>
}

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** Default: the built one. */
  readonly command?: readonly string[]
}

/** The real command, as a user starts it. */
export function hookproof(
  args: readonly string[],
  { cwd, env = {}, stdin = '', command = distCommand() }: CommandOptions = {},
): CommandProcess {
  const [file = '', ...first] = command
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('HOOKPROOF_')),
  )
  const child = spawn(file, [...first, ...args], {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const watchers = new Set<() => void>()
  child.stdin.end(stdin)
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    for (const watcher of watchers) watcher()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const exit = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? '')),
  )
  const out = () => stdout.split('\n').slice(0, -1)
  return {
    child,
    out,
    err: () => stderr,
    exit,
    line(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = out().find((line) => pattern.test(line))
          if (found !== undefined) {
            watchers.delete(look)
            resolve(found)
          }
        }
        watchers.add(look)
        look()
        void exit.then((code) =>
          reject(new Error(`ended with ${code} before ${pattern}:\n${stdout}\n${stderr}`)),
        )
      })
    },
  }
}

/** Runs it to its end. */
export async function finished(args: readonly string[], options: CommandOptions = {}) {
  const process = hookproof(args, options)
  const code = await process.exit
  return { code, out: process.out().join('\n'), err: process.err().trimEnd() }
}
