import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import type { Clock } from '../core/clock.ts'
import { formatDuration } from '../core/duration.ts'
import { MockError } from '../core/errors.ts'
import { acceptsConnections, LOOK_AT_MOST_MS, portOf } from './reachable.ts'
import { type Ended, startCommand } from './steps/command.ts'
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
  /** Called once where it takes a while to be ready, with the place that is asked. */
  readonly onWaiting?: ((place: string) => void) | undefined
}

export interface RunningReceiver {
  /** Its end, should it come before it was asked for. */
  readonly ended: Promise<Ended>
  end(): Promise<void>
}

export interface ReceiverSurroundings {
  readonly port: number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly signal: AbortSignal
}

const READY_WITHIN_MS = 30_000
const LOOK_EVERY_MS = 50
const TELL_AFTER_MS = 2_000

/** @throws MockError (environment) when it cannot be started, dies, or never comes up; with its last words. */
export async function startReceiverCommand(
  command: ReceiverCommand,
  { port, env, clock, signal }: ReceiverSurroundings,
): Promise<RunningReceiver> {
  const withPort = (text: string) => text.replaceAll('{port}', String(port))
  const words = command.words.map(withPort)
  const receiver = receiverUrl(command, port)
  if (await acceptsConnections(receiver)) throw busy(words, receiver)
  const running = await startCommand(words, { env: { ...env, PORT: String(port) }, cwd: null, clock })
  let death: Ended | undefined
  void running.ended.then((ended) => {
    death = ended
  })
  const { ready, readyWithinMs: withinMs = READY_WITHIN_MS } = command
  const place = ready === undefined ? receiver : withPort(ready)
  const isUp = () => (ready === undefined ? acceptsConnections(receiver) : answers(place))
  const look = async () => death !== undefined || (await isUp())
  const telling = setTimeout(() => command.onWaiting?.(place), Math.min(TELL_AFTER_MS, withinMs / 3))
  const isThere = await until(look, (enough) => enough, { withinMs, everyMs: LOOK_EVERY_MS, clock, signal })
  clearTimeout(telling)
  if (isThere && death === undefined) return running
  const wasDead = death !== undefined
  await running.end()
  const ended = await running.ended
  const reason = wasDead
    ? `it ended with code ${ended.exit} before it was ready`
    : `it was not ready at ${place} within ${formatDuration(withinMs)}`
  throw new MockError('environment', 'COMMAND_FAILED', `Failed to start "${words.join(' ')}": ${reason}.`, {
    hint: saidLast(ended, 'It printed nothing. It is to listen on the port in PORT.'),
  })
}

export function receiverUrl({ url = 'http://127.0.0.1:{port}' }: ReceiverCommand, port: number): string {
  return url.replaceAll('{port}', String(port))
}

/** Of a URL without `{port}`, on which the command is to listen as it stands; undefined: any. */
export function fixedPort({ url = '{port}' }: ReceiverCommand): number | undefined {
  return url.includes('{port}') ? undefined : portOf(new URL(url))
}

/** A free port of this machine; somebody else may take it before it is used. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const LAST_LINES = 10

/** The last lines that a command printed, for the person who has to find out why it ended. */
export function saidLast({ stdout, stderr }: Ended, otherwise: string): string {
  const last = `${stdout}\n${stderr}`.trim().split('\n').slice(-LAST_LINES).join('\n')
  return last === '' ? otherwise : `It printed last:\n${last}`
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(LOOK_AT_MOST_MS) })).ok
  } catch {
    return false
  }
}

function busy(words: readonly string[], url: string): MockError {
  return new MockError(
    'environment',
    'PORT_BUSY',
    `Failed to start "${words.join(' ')}": something listens at ${url} already.`,
    { hint: 'End it, or write {port} in --receiver to have a free port.' },
  )
}
