import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const PATIENCE_MS = 60_000
/** Between two looks whether a server answers. */
const LOOK_MS = 2

export interface Server extends AsyncDisposable {
  readonly origin: string
  /** From the spawn to the first good answer. */
  readonly startedInMs: number
  /** Resident memory in MB. */
  memory(): Promise<number>
  /** Milliseconds of processor time so far: what others do on the machine hardly shows in it. */
  processorTime(): Promise<number>
  /** Sends a message to a program that was loaded before it, and waits for the answer. */
  ask<T>(): Promise<T>
}

/** A script beside this folder that plain Node runs. */
export function program(name: string): string {
  return fileURLToPath(new URL(`../programs/${name}.mjs`, import.meta.url))
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Starts a server and waits until it answers `path` with 200. What it prints is thrown away. */
export async function startServer(
  command: (port: number) => readonly [file: string, ...args: string[]],
  path: string,
  { headers = {}, cwd }: { readonly headers?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<Server> {
  const port = await freePort()
  const [file, ...args] = command(port)
  const started = performance.now()
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], cwd })
  const origin = `http://127.0.0.1:${port}`
  await answers(child, `${origin}${path}`, headers)
  return {
    origin,
    startedInMs: performance.now() - started,
    memory: () => residentMegabytes(child),
    processorTime: () => processorTime(child),
    ask: () => ask(child),
    [Symbol.asyncDispose]: () => stopped(child),
  }
}

/** What a program with a channel to this one answers. */
export function ask<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as T)).send('', (error) => error && reject(error))
  })
}

/** Runs a script to its end and reads the JSON that it prints. */
export async function result<T>(name: string, input: unknown): Promise<T> {
  const child = spawn(process.execPath, [program(name), JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${name} ended with ${String(code)}`)
  return JSON.parse(Buffer.concat(chunks).toString()) as T
}

export async function runsInMs(file: string, args: readonly string[]): Promise<number> {
  const started = performance.now()
  const child = spawn(file, args, { stdio: 'ignore' })
  await new Promise((resolve) => child.once('close', resolve))
  return performance.now() - started
}

export async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await ended
  clearTimeout(late)
}

async function answers(child: ChildProcess, url: string, headers: Readonly<Record<string, string>>) {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const status = await statusOf(url, headers)
    if (status === 200) return
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(' ')} ended with ${child.exitCode}`)
    if (performance.now() > deadline) {
      await stopped(child)
      throw new Error(`${child.spawnargs.join(' ')} did not answer ${url} (last: ${status})`)
    }
    await sleep(LOOK_MS)
  }
}

/** 0: none. A request is only made where somebody listens: hundreds of them would take the time of who is starting. */
async function statusOf(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  if (!(await listens(Number(new URL(url).port)))) return 0
  return fetch(url, { headers }).then(
    async (response) => {
      await response.arrayBuffer()
      return response.status
    },
    () => 0,
  )
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.once('error', () => resolve(false)).once('connect', () => socket.destroy())
  })
}

async function residentMegabytes({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
}

/** User and system, in the kernel's ticks of 10 ms (proc(5)). */
async function processorTime({ pid }: ChildProcess): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
