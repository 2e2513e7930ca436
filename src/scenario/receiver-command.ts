import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import type { Clock } from '../core/clock.ts'
import { formatDuration } from '../core/duration.ts'
import { MockError } from '../core/errors.ts'
import { type Ended, type Running, startCommand } from './steps/command.ts'
import { until } from './steps/until.ts'

/** A receiver that is started for a run: `-- COMMAND`. */
export interface ReceiverCommand {
  /** `{port}` is filled in. */
  readonly words: readonly string[]
  /** Where deliveries go, `{port}` filled in. Default: `http://127.0.0.1:{port}`. */
  readonly url?: string | undefined
  /** Asked with GET until it answers with a success. Default: its port accepts connections. */
  readonly ready?: string | undefined
  readonly readyWithinMs?: number | undefined
}

export interface RunningReceiver {
  readonly url: string
  /** Its end, should it come before it was asked for. */
  readonly ended: Promise<Ended>
  end(): Promise<void>
}

const READY_WITHIN_MS = 30_000
const LOOK_EVERY_MS = 50

/** @throws MockError (environment) when it cannot be started, dies, or never comes up; with its last words. */
export async function startReceiverCommand(
  { words, url = 'http://127.0.0.1:{port}', ready, readyWithinMs = READY_WITHIN_MS }: ReceiverCommand,
  {
    port,
    env,
    clock,
    signal,
  }: {
    readonly port: number
    readonly env: Readonly<Record<string, string | undefined>>
    readonly clock: Clock
    readonly signal: AbortSignal
  },
): Promise<RunningReceiver> {
  const withPort = (text: string) => text.replaceAll('{port}', String(port))
  const command = words.map(withPort)
  const receiver = withPort(url)
  const running = await startCommand(command, {
    env: { ...env, PORT: String(port) },
    cwd: null,
    clock,
  })
  let death: Ended | undefined
  void running.ended.then((ended) => {
    death = ended
  })
  const look = async () =>
    death !== undefined || (await isUp(ready === undefined ? null : withPort(ready), receiver))
  const isThere = await until(look, (up) => up, {
    withinMs: readyWithinMs,
    everyMs: LOOK_EVERY_MS,
    clock,
    signal,
  })
  if (isThere && death === undefined) return { url: receiver, ended: running.ended, end: () => running.end() }
  await running.end()
  throw await notUp(command, running, {
    isDead: death !== undefined,
    readyWithinMs,
    place: ready ?? receiver,
  })
}

/** A free port of this machine; somebody else may take it before it is used. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function isUp(ready: string | null, receiver: string): Promise<boolean> {
  if (ready === null) return acceptsConnections(new URL(receiver))
  try {
    return (await fetch(ready, { redirect: 'manual' })).ok
  } catch {
    return false
  }
}

function acceptsConnections({ hostname, port, protocol }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    const socket = connect({ host, port: Number(port || (protocol === 'https:' ? 443 : 80)) })
    const end = (isOpen: boolean) => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}

async function notUp(
  command: readonly string[],
  running: Running,
  {
    isDead,
    readyWithinMs,
    place,
  }: { readonly isDead: boolean; readonly readyWithinMs: number; readonly place: string },
): Promise<MockError> {
  const { exit, stdout, stderr } = await running.ended
  const last = `${stdout}\n${stderr}`.trim().split('\n').slice(-10).join('\n')
  const reason = isDead
    ? `it ended with ${exit} before it was ready`
    : `it was not ready at ${place} within ${formatDuration(readyWithinMs)}`
  return new MockError(
    'environment',
    'COMMAND_FAILED',
    `Failed to start "${command.join(' ')}": ${reason}.`,
    {
      hint:
        last === ''
          ? 'It printed nothing. It is to listen on the port in PORT.'
          : `It printed last:\n${last}`,
    },
  )
}
