import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { createClock } from '../core/clock.ts'
import { EXIT_CODES, fileReason, MockError } from '../core/errors.ts'
import { chooseStyle, counted, type Style, terminalLine } from '../report/terminal.ts'

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
      const text = line === null ? null : terminalLine(line)
      write(`${shown === null ? '' : ERASE}${text ?? ''}`)
      shown = text
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
  /** Lines on stdout; a line break within one is shown as what it is. */
  out(...lines: readonly string[]): void
  /** Bytes of them that nobody has read yet. */
  unread(): number
  /** Texts on stderr, which may have several lines. */
  err(...texts: readonly string[]): void
  readonly env: Readonly<Record<string, string | undefined>>
  /** Colours of stdout. */
  readonly style: Style
  /** Absent where stderr is no terminal. */
  readonly bottomLine?: BottomLine
  /** All of stdin, byte for byte. */
  readStdin(): Promise<Buffer>
  /**
   * Calls `listener` at each SIGINT and SIGTERM, which then no longer end the process; returns how to stop. The first one
   * starts {@link STOP_MS}, after which the process is ended whatever it does.
   */
  onSignal(listener: () => void): () => void
  /** Milliseconds that are left of {@link STOP_MS}; all of them before the first signal. */
  timeToStop(): number
  /** Ends the process at once. */
  exit(code: number): void
}

/** What a stop may take in all, from the first signal on: a container is killed after as long. */
const STOP_MS = 10_000

/** What is in flight may take so long of it; the rest is for what has to be ended and printed after that. */
export const DRAIN_MS = 8_000

/** After a signal, output that nobody has read for so long is given up. */
const UNREAD_MS = 2_000

interface ProcessIo extends Io {
  /** Ends the process once all that was written has left; after a signal, at the latest when its time is over. */
  end(code: number): Promise<void>
}

/** The parts of a process that commands are given. */
type Host = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'stdin' | 'env' | 'on' | 'exit'>

export function processIo(host: Host = process): ProcessIo {
  const { stdout, stderr, stdin, env } = host
  const streams = [stdout, stderr]
  for (const stream of streams) neverBlock(stream)
  let gone = false
  let outputFailed = false
  /** A command that stopped because its output failed was not interrupted by anybody. */
  const codeOf = (code: number) =>
    outputFailed && (code === EXIT_CODES.passed || code === EXIT_CODES.interrupted)
      ? EXIT_CODES.environment
      : code
  let ending: number | undefined
  stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (gone) return
    gone = true
    // The reader of a pipe may leave early (`| head`): then nothing more is printed, and we stop as after SIGTERM.
    outputFailed = code !== 'EPIPE'
    if (outputFailed) stderr.write(`Failed to write the output: ${OUTPUT_REASONS[code ?? ''] ?? message}.\n`)
    if (ending === undefined && signals.isHeard()) signals.stop()
    else exit(codeOf(ending ?? EXIT_CODES.passed))
  })
  stderr.on('error', () => {})
  const exit = (code: number) => {
    release()
    host.exit(code)
  }
  const signals = createSignals(host, exit)
  const bottomLine = createBottomLine(
    (text) => stderr.write(text),
    () => stderr.columns,
  )
  const { gather, release } = gathering(stdout)
  return {
    out(...lines) {
      if (gone || lines.length === 0) return
      if (stdout.isTTY !== true) gather()
      bottomLine.above(() => stdout.write(printed(lines)))
    },
    unread: () => stdout.writableLength,
    err(...texts) {
      if (texts.length === 0) return
      release()
      bottomLine.above(() => stderr.write(printed(texts.flatMap((text) => text.split('\n')))))
    },
    ...(stderr.isTTY === true && { bottomLine }),
    env,
    style: chooseStyle(stdout.isTTY === true, env),
    async readStdin() {
      const chunks: Buffer[] = []
      for await (const chunk of stdin) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks)
    },
    onSignal: signals.on,
    timeToStop: signals.timeToStop,
    exit,
    async end(code) {
      release()
      ending = code
      const left = Promise.all(streams.map(written))
      if (signals.isStopping())
        await Promise.race([left, noProgress(streams), setTimeout(signals.timeToStop())])
      else await left
      exit(codeOf(code))
    },
  }
}

function printed(lines: readonly string[]): string {
  return lines.map((line) => `${terminalLine(line)}\n`).join('')
}

/** SIGINT and SIGTERM, from the start of the process on. */
function createSignals(host: Pick<Host, 'on'>, exit: Io['exit']) {
  const clock = createClock()
  const listeners = new Set<() => void>()
  let stopBy: number | undefined
  const timeToStop = () => (stopBy === undefined ? STOP_MS : Math.max(0, stopBy - clock.elapsed()))
  const stop = () => {
    // The work has not begun, or is done: there is nothing to stop in good order.
    if (listeners.size === 0) return exit(EXIT_CODES.interrupted)
    if (stopBy === undefined) {
      stopBy = clock.elapsed() + STOP_MS
      void setTimeout(STOP_MS, undefined, { ref: false }).then(() => exit(EXIT_CODES.interrupted))
    }
    for (const listener of listeners) listener()
  }
  // Never taken away again: a signal that comes just then would be lost.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) host.on(signal, stop)
  return {
    on(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    stop,
    isHeard: () => listeners.size > 0,
    isStopping: () => stopBy !== undefined,
    timeToStop,
  }
}

const OUTPUT_REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EIO: 'the terminal has gone',
}

/**
 * A terminal that is stopped with ^S would otherwise hold up the process in the middle of a write, deaf to signals. Node makes
 * terminals blocking, and has no public way to undo it; pipes do not block.
 */
function neverBlock(stream: NodeJS.WriteStream): void {
  if (!stream.isTTY || process.platform === 'win32') return
  const { _handle } = stream as { _handle?: { setBlocking?(blocking: boolean): void } }
  _handle?.setBlocking?.(false)
}

/** Resolves once everything has left, or cannot leave any more. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => void stream.write('', () => resolve()))
}

/** Resolves once nothing more has left for a while. */
async function noProgress(streams: readonly NodeJS.WriteStream[]): Promise<void> {
  const unread = () => streams.map(({ writableLength }) => writableLength).join()
  for (let last = ''; last !== unread(); ) {
    last = unread()
    await setTimeout(UNREAD_MS)
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

/** What a command that goes on for ever may have printed that nobody has read. */
const MOST_UNREAD = 16 * 1024 * 1024

/**
 * Prints what happens, for as long as somebody reads it. What would wait behind too much is left out, and its number is printed
 * once there is room again.
 */
export function createLivePrinter(
  io: Pick<Io, 'out' | 'unread'>,
  format: 'text' | 'json',
): (lines: () => readonly string[]) => void {
  let leftOut = 0
  return (lines) => {
    if (io.unread() > MOST_UNREAD) {
      leftOut++
      return
    }
    if (leftOut > 0) {
      const text = `${counted(leftOut, 'entry', 'entries')} left out here: nobody read this output.`
      io.out(format === 'json' ? JSON.stringify({ type: 'notice', text }) : text)
      leftOut = 0
    }
    io.out(...lines())
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
