import { readFile } from 'node:fs/promises'
import { EXIT_CODES, fileReason, MockError } from '../core/errors.ts'
import { chooseStyle, type Style } from '../report/terminal.ts'

/** A line that stays below all others on a terminal. */
interface BottomLine {
  readonly columns: () => number
  /** Null takes it away. */
  show(line: string | null): void
}

const ERASE = '\r\u001b[K'

/** @param write writes to the terminal, without a line break of its own. */
export function createBottomLine(
  write: (text: string) => void,
  columns: () => number,
): BottomLine & { /** Writes lines above it. */ above(print: () => void): void } {
  let shown: string | null = null
  return {
    columns,
    show(line) {
      if (line === shown) return
      write(`${shown === null ? '' : ERASE}${line ?? ''}`)
      shown = line
    },
    above(print) {
      if (shown === null) return print()
      write(ERASE)
      print()
      write(shown)
    },
  }
}

/** What a command sees of the world around it. */
export interface Io {
  /** Lines on stdout. */
  out(...lines: readonly string[]): void
  /** Lines on stderr. */
  err(...lines: readonly string[]): void
  readonly env: Readonly<Record<string, string | undefined>>
  /** Colours of stdout. */
  readonly style: Style
  /** Absent where stderr is no terminal. */
  readonly bottomLine?: BottomLine
  /** All of stdin, byte for byte. */
  readStdin(): Promise<Buffer>
  /** Calls `listener` at each SIGINT and SIGTERM, which then no longer end the process; returns how to stop. */
  onSignal(listener: () => void): () => void
  /** Ends the process at once. */
  exit(code: number): void
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

export function processIo(): Io {
  const { stdout, stderr, stdin, env } = process
  // The reader of a pipe may leave early (`| head`): then nothing more is printed, and we stop as after SIGTERM.
  let gone = false
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (gone) return
    gone = true
    if (!process.emit('SIGTERM')) process.exit(0)
  })
  stderr.on('error', () => {})
  const bottomLine = createBottomLine(
    (text) => stderr.write(text),
    () => stderr.columns,
  )
  const { gather, release } = gathering(stdout)
  return {
    out(...lines) {
      if (gone || lines.length === 0) return
      if (stdout.isTTY !== true) gather()
      bottomLine.above(() => stdout.write(`${lines.join('\n')}\n`))
    },
    err(...lines) {
      if (lines.length === 0) return
      release()
      bottomLine.above(() => stderr.write(`${lines.join('\n')}\n`))
    },
    ...(stderr.isTTY === true && { bottomLine }),
    env,
    style: chooseStyle(stdout.isTTY === true, env),
    async readStdin() {
      const chunks: Buffer[] = []
      for await (const chunk of stdin) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks)
    },
    onSignal(listener) {
      for (const signal of SIGNALS) process.on(signal, listener)
      return () => {
        for (const signal of SIGNALS) process.off(signal, listener)
      }
    },
    exit(code) {
      release()
      process.exit(code)
    },
  }
}

/** Lines of one turn of the event loop leave in one piece: writing to a pipe holds up everything else each time. */
function gathering(stream: NodeJS.WriteStream): { gather(): void; release(): void } {
  let gathered = false
  const release = () => {
    if (!gathered) return
    gathered = false
    stream.uncork()
  }
  const gather = () => {
    if (gathered) return
    gathered = true
    stream.cork()
    setImmediate(release)
  }
  return { gather, release }
}

/** The bytes of a file, or of stdin for `-`. @throws MockError UNREADABLE_FILE */
export async function readInput(file: string, io: Pick<Io, 'readStdin'>): Promise<Buffer> {
  if (file === '-') return io.readStdin()
  try {
    return await readFile(file)
  } catch (cause) {
    throw new MockError('input', 'UNREADABLE_FILE', `Failed to read ${file}: ${fileReason(cause)}.`, {
      cause,
    })
  }
}

/** Resolves to null at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function untilStopped(io: Pick<Io, 'onSignal' | 'exit'>): {
  promise: Promise<null>
  dispose: () => void
} {
  let signals = 0
  let dispose = () => {}
  const promise = new Promise<null>((resolve) => {
    dispose = io.onSignal(() => {
      signals++
      if (signals === 1) resolve(null)
      else io.exit(EXIT_CODES.interrupted)
    })
  })
  return { promise, dispose }
}
