import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, existsSync, openSync, readSync, writeSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { distCommand } from '../support/dist-command.ts'
import { isAlive } from '../support/is-alive.ts'

// Output that nobody reads: a full pipe, a terminal stopped with ^S, a pipe whose reader has gone.

let folder = ''
const children: ChildProcess[] = []
const pipes: number[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookproof-unread-'))
})
afterAll(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const pipe of pipes.splice(0)) closeSync(pipe)
  await rm(folder, { recursive: true, force: true })
})

/** Several commands start at the same time, maybe on a busy machine. */
const PATIENCE_MS = 45_000

/** Also in tests that run at the same time, for which there is no `expect.poll`. */
const until = (check: () => unknown) => vi.waitFor(check, { timeout: PATIENCE_MS })

/** Calls it until a pipe is empty or full. */
function untilBlocked(transfer: () => number): void {
  try {
    while (transfer() > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
  }
}

/** A pipe in which everything stays until the test reads it. */
function createPipe() {
  const path = join(folder, `pipe-${pipes.length}`)
  execFileSync('mkfifo', [path])
  const open = (flags: number) => {
    const fd = openSync(path, flags | constants.O_NONBLOCK)
    pipes.push(fd)
    return fd
  }
  const reading = open(constants.O_RDONLY)
  const filling = open(constants.O_WRONLY)
  let text = ''
  const readUpTo = (bytes: number) => {
    const buffer = Buffer.alloc(bytes)
    const size = readSync(reading, buffer)
    text += buffer.toString('utf8', 0, size)
    return size
  }
  return {
    /** For a command, which makes its end a blocking one. */
    fd: open(constants.O_WRONLY),
    /** Reads what is there. Returns all that was written so far. */
    read() {
      untilBlocked(() => readUpTo(4_096))
      return text
    },
    /** Reads one character, which makes no room. */
    readOne() {
      untilBlocked(() => readUpTo(1) - 1)
      return text
    },
    fill: () => untilBlocked(() => writeSync(filling, `${'#'.repeat(4_095)}\n`)),
  }
}

type Pipe = ReturnType<typeof createPipe>

function hookproof(args: readonly string[], stdout: Pipe, stderr: Pipe = createPipe()) {
  const [file = '', ...first] = distCommand()
  const child = spawn(file, [...first, ...args], { cwd: folder, stdio: ['ignore', stdout.fd, stderr.fd] })
  children.push(child)
  return { child, stderr, exit: once(child, 'exit').then(([code, signal]) => code ?? signal) }
}

async function readyAt(output: Pick<Pipe, 'read'>): Promise<{ url: string; pid: number }> {
  const line = /\{"type":"ready".*\}/
  await until(() => expect(output.read()).toMatch(line))
  return JSON.parse(line.exec(output.read())?.[0] ?? '')
}

const START = ['start', '--memory', '--port', '0', '--provider', 'tsanet', '--format', 'json']
const LISTEN = ['listen', '--port', '0', '--format', 'json']

/** Prints more than a pipe takes. */
const LONG = ['schema', 'scenario']

/** Has a line printed. */
async function visit(url: string, withinMs = 10_000): Promise<void> {
  const response = await fetch(`${url}/tsanet/v1/nothing`, { signal: AbortSignal.timeout(withinMs) })
  await response.text()
}

/** What it exits with, and whether within the time that a stop may take, and a bit. */
async function stop({ child, exit }: Pick<ReturnType<typeof hookproof>, 'child' | 'exit'>) {
  const from = performance.now()
  child.kill('SIGTERM')
  const code = await exit
  return { code, inTime: performance.now() - from < 15_000 }
}

describe.concurrent('a stop, while nobody reads the output', { timeout: 2 * PATIENCE_MS }, () => {
  it.each([
    ['start', START],
    ['listen', LISTEN],
  ])('ends %s', async (_name, args) => {
    const stdout = createPipe()
    const command = hookproof(args, stdout)
    const { url } = await readyAt(stdout)
    stdout.fill()
    await visit(url)
    expect(await stop(command)).toEqual({ code: 0, inTime: true })
  })

  it('ends start when its messages are not read either', async () => {
    const both = createPipe()
    const command = hookproof(START, both, both)
    const { url } = await readyAt(both)
    both.fill()
    await visit(url)
    expect(await stop(command)).toEqual({ code: 0, inTime: true })
  })

  it('ends run', async () => {
    const begun = join(folder, 'begun')
    const file = join(folder, 'long.yaml')
    await writeFile(
      file,
      `version: 1\nname: long\nprovider: tsanet\nsteps:\n  - exec: touch ${begun}; exec sleep 60\n`,
    )
    const stdout = createPipe()
    stdout.fill()
    const command = hookproof(['run', file], stdout)
    await until(() => expect(existsSync(begun)).toBe(true))
    expect(await stop(command)).toEqual({ code: 130, inTime: true })
  })

  it('ends start at once with 130 the second time', async () => {
    const stdout = createPipe()
    const { child, exit, stderr } = hookproof(START, stdout)
    const { url } = await readyAt(stdout)
    stdout.fill()
    await visit(url)
    child.kill('SIGTERM')
    await until(() => expect(stderr.read()).toContain('Stopping'))
    child.kill('SIGTERM')
    expect(await exit).toBe(130)
  })

  it('ends a command that only has to print the rest', async () => {
    const stdout = createPipe()
    const command = hookproof(LONG, stdout)
    await until(() => expect(stdout.readOne()).toBe('{'))
    expect(await stop(command)).toEqual({ code: 130, inTime: true })
  })
})

it('prints everything to a reader who takes his time', async () => {
  const stdout = createPipe()
  const { exit } = hookproof(LONG, stdout)
  await until(() => expect(stdout.readOne()).toBe('{'))
  await until(() => expect(stdout.read()).toMatch(/^}\n$/m))
  expect(await exit).toBe(0)
  expect(() => JSON.parse(stdout.read())).not.toThrow()
})

// ^S stops the output of a terminal; `script` gives a command one.
it.runIf(existsSync('/usr/bin/script'))('ends start in a terminal that is stopped', async () => {
  const [file = '', main = ''] = distCommand()
  const line = [file, main, ...START].join(' ')
  const child = spawn('/usr/bin/script', ['-qfec', line, '/dev/null'], { cwd: folder })
  children.push(child)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  const { url, pid } = await readyAt({ read: () => text })
  child.stdin.write('\u0013')
  const isStopped = async () => {
    const before = text
    await visit(url, 500).catch(() => undefined)
    return text === before
  }
  await until(async () => expect(await isStopped()).toBe(true))
  process.kill(pid, 'SIGTERM')
  await until(() => expect(isAlive(pid)).toBe(false))
})

it.runIf(existsSync('/dev/full')).each([[['providers']], [['run', 'scenarios/happy-path.yaml']]])(
  'says why what %j prints cannot be kept, and exits with 3',
  async (args) => {
    const [file = '', ...first] = distCommand()
    const full = openSync('/dev/full', constants.O_WRONLY)
    pipes.push(full)
    const stderr = createPipe()
    const child = spawn(file, [...first, ...args], { stdio: ['ignore', full, stderr.fd] })
    expect(await once(child, 'exit')).toEqual([3, null])
    expect(stderr.read()).toBe('Failed to write the output: the disk is full.\n')
  },
)
