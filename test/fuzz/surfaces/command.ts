import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Io } from '../../../src/cli/io.ts'
import { runCli } from '../../../src/cli/program.ts'
import { PLAIN } from '../../../src/report/terminal.ts'
import type { Draw } from '../draw.ts'
import { mutateText } from '../mutate.ts'
import type { Input, Surface } from '../surface.ts'
import { showsStack } from './answers.ts'

/** Milliseconds after the first output at which a command that runs on is stopped. */
const STOPPED_AFTER_MS = 2
const STOPPED_WITHOUT_OUTPUT_MS = 400
const PATIENCE_MS = 15_000
/** Characters of what a command prints about what is wrong. */
const LONGEST_MESSAGE = 64 * 1024
const CODES: readonly number[] = [0, 1, 2, 3, 130]

/** What a command is given: `argument 0` … in order, `stdin`, and `file NAME` for each of its files, in Latin-1. */
interface CommandSurface {
  readonly name: string
  readonly share: number
  /** Made once; what it returns makes the inputs. */
  prepare(folder: string): Promise<{ make(draw: Draw): Input } & Partial<AsyncDisposable>>
}

/** Commands in this process, each in a folder of its own. */
export function commandSurface({ name, share, prepare }: CommandSurface): Surface {
  return {
    name,
    share,
    async open() {
      const root = await realpath(await mkdtemp(join(tmpdir(), 'hookproof-fuzz-')))
      // Two levels down, so that `../..` stays inside.
      const folder = join(root, 'a', 'b')
      await mkdir(folder, { recursive: true })
      const before = process.cwd()
      const { make, ...prepared } = await prepare(folder)
      let count = 0
      return {
        // They share the current directory.
        width: 1,
        // A command serves nobody else while it reads its files; a server may hold nobody up.
        mayHoldMs: 1_000,
        make,
        async run(input) {
          const own = join(folder, String(count++))
          await mkdir(own)
          process.chdir(own)
          try {
            await writeFiles(own, input)
            return complaintsOf(await runCommand(input))
          } finally {
            process.chdir(before)
            await rm(own, { recursive: true, force: true })
          }
        },
        check: async () => [],
        renew: async () => [],
        async [Symbol.asyncDispose]() {
          await prepared[Symbol.asyncDispose]?.()
          await rm(root, { recursive: true, force: true })
        },
      }
    },
  }
}

async function writeFiles(folder: string, input: Input): Promise<void> {
  for (const [place, text] of Object.entries(input)) {
    const name = /^file (.+)$/.exec(place)?.[1]
    if (name === undefined) continue
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), Buffer.from(text, 'latin1'))
  }
}

interface Ended {
  /** Null: it did not end. */
  readonly code: number | null
  readonly out: string
  readonly err: string
}

async function runCommand(input: Input): Promise<Ended> {
  const out: string[] = []
  const err: string[] = []
  const listeners = new Set<() => void>()
  const stop = () => {
    for (const listener of listeners) listener()
  }
  const timers: NodeJS.Timeout[] = []
  const later = (work: () => void, ms: number) => void timers.push(setTimeout(work, ms))
  const ended = new Promise<number | null>((resolve) => {
    const io: Io = {
      out(...lines) {
        if (out.length === 0) later(stop, STOPPED_AFTER_MS)
        out.push(...lines)
      },
      err: (...lines) => void err.push(...lines),
      env: {},
      style: PLAIN,
      readStdin: async () => Buffer.from(input.stdin ?? '', 'latin1'),
      onSignal(listener) {
        listeners.add(listener)
        later(listener, STOPPED_WITHOUT_OUTPUT_MS)
        return () => void listeners.delete(listener)
      },
      unread: () => 0,
      timeToStop: () => 10_000,
      exit: (code) => resolve(code),
    }
    const argv = Object.entries(input).flatMap(([place, text]) =>
      place.startsWith('argument ') ? [text] : [],
    )
    later(() => resolve(null), PATIENCE_MS)
    runCli(argv, io).then(resolve, (error: unknown) => {
      err.push(`runCli rejects: ${String((error as Error).stack)}`)
      resolve(5)
    })
  })
  const code = await ended
  for (const timer of timers) clearTimeout(timer)
  return { code, out: out.join('\n'), err: err.join('\n') }
}

function complaintsOf({ code, out, err }: Ended): readonly string[] {
  const said = `${err.slice(0, 600)}\n${out.slice(0, 200)}`
  return [
    ...(code === null ? [`no end within ${PATIENCE_MS / 1000} s: ${said}`] : []),
    ...(code !== null && !CODES.includes(code) ? [`exit with ${code}: ${said}`] : []),
    ...(err.length > LONGEST_MESSAGE ? [`a message of ${err.length} characters: ${said}`] : []),
    ...(showsStack(err) || showsStack(out) ? [`a stack trace: ${said}`] : []),
  ]
}

/** The places of a command line. */
export function argv(...words: readonly string[]): Input {
  return Object.fromEntries(words.map((word, i) => [`argument ${i}`, word]))
}

/** A file of a text, with some of its bytes changed now and then. */
export function fileBytes(draw: Draw, text: string): string {
  const bytes = Buffer.from(text).toString('latin1')
  return draw.chance(0.1) ? mutateText(draw, bytes) : bytes
}
