import { type AddressInfo, connect, createServer } from 'node:net'
import { newSecret } from '../../api/stored-webhook.ts'
import { hostOf, portOf } from '../../core/address.ts'
import type { Clock } from '../../core/clock.ts'
import { MockError } from '../../core/errors.ts'
import { createRandom } from '../../core/random.ts'
import { formatDuration } from '../../core/units.ts'
import type { Mock } from '../../mock/mock.ts'
import type { Provider } from '../../spec/provider.ts'
import type { GivenReceiver } from './environment.ts'
import { type CommandResult, providerUrls, type RunningCommand, startCommand } from './process.ts'
import { until } from './until.ts'

const LOOK_AT_MOST_MS = 2_000

/** Why nothing can be concluded where nothing listens; null where something does. */
export async function unreachable(url: string): Promise<MockError | null> {
  if (await acceptsConnections(url)) return null
  return new MockError(
    'environment',
    'RECEIVER_NOT_REACHED',
    `Failed to reach the receiver at ${url}: it accepts no connection.`,
    { hint: 'Start it first, or have it started with -- COMMAND.' },
  )
}

/** Whether something listens where a URL leads. */
function acceptsConnections(text: string): Promise<boolean> {
  const url = new URL(text)
  return new Promise((resolve) => {
    const socket = connect({ host: hostOf(url), port: portOf(url) })
    const end = (isOpen: boolean) => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.setTimeout(LOOK_AT_MOST_MS, () => end(false))
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}

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

interface ReceiverStart {
  readonly port: number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly signal: AbortSignal
}

const READY_WITHIN_MS = 30_000

const LOOK_EVERY_MS = 50

const REPORT_AFTER_MS = 2_000

/** @throws MockError (environment) when it cannot be started, dies, or never comes up; with the end of its output. */
async function startReceiverCommand(
  command: ReceiverCommand,
  { port, env, clock, signal }: ReceiverStart,
): Promise<RunningCommand> {
  const withPort = (text: string) => text.replaceAll('{port}', String(port))
  const words = command.words.map(withPort)
  const receiver = receiverUrl(command, port)
  if (await acceptsConnections(receiver)) throw busy(words, receiver)
  const running = await startCommand(words, { env: { ...env, PORT: String(port) }, cwd: null, clock })
  let death: CommandResult | undefined
  void running.result.then((ended) => {
    death = ended
  })
  const { ready, readyWithinMs: withinMs = READY_WITHIN_MS } = command
  const place = ready === undefined ? receiver : withPort(ready)
  const isUp = () => (ready === undefined ? acceptsConnections(receiver) : answers(place))
  const look = async () => death !== undefined || (await isUp())
  const reporting = setTimeout(() => command.onWaiting?.(place), Math.min(REPORT_AFTER_MS, withinMs / 3))
  const isThere = await until(look, (enough) => enough, { withinMs, everyMs: LOOK_EVERY_MS, clock, signal })
  clearTimeout(reporting)
  if (isThere && death === undefined) return running
  const wasDead = death !== undefined
  await running.stop()
  const ended = await running.result
  const reason = wasDead
    ? `it ended with code ${ended.exitCode} before it was ready`
    : `it was not ready at ${place} within ${formatDuration(withinMs)}`
  throw new MockError('environment', 'COMMAND_FAILED', `Failed to start "${words.join(' ')}": ${reason}.`, {
    hint: lastOutput(ended, 'It printed nothing. It has to listen on the port in PORT.'),
  })
}

function receiverUrl({ url = 'http://127.0.0.1:{port}' }: ReceiverCommand, port: number): string {
  return url.replaceAll('{port}', String(port))
}

/** Of a URL without `{port}`, on which the command is to listen as it stands; undefined: any. */
function fixedPort({ url = '{port}' }: ReceiverCommand): number | undefined {
  return url.includes('{port}') ? undefined : portOf(new URL(url))
}

/** A free port of this machine; somebody else may take it before it is used. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const LAST_LINES = 10

/** The last lines that a command printed, for the person who has to find out why it ended. */
function lastOutput({ stdout, stderr }: CommandResult, otherwise: string): string {
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

export interface SharedReceiver {
  readonly receiver: GivenReceiver
  /** The same for every mock of the run: the command is given it once. */
  readonly mockPort: number
  readonly onReady: (mock: Mock) => Promise<void>
  /** Whether it died, which explains what went wrong. */
  readonly diagnose: () => Promise<MockError | null>
  /** Whether there will be none for the files that follow. */
  readonly isLost: () => boolean
  /** Ends it; the next file starts another one. */
  end(): Promise<void>
}

interface SharingOptions {
  /** Default: made up, in the form in which the first mock's provider makes its own. */
  readonly secret?: string
  /** Name of the environment variable that holds the secret. Default WEBHOOK_SECRET. */
  readonly secretEnv?: string
  readonly seed?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
}

interface Sharing {
  /** Those of every file: the command is given their addresses. */
  readonly providers: readonly Provider[]
  readonly clock: Clock
}

/** A crash shows on the wire before the system reports it. */
const EXIT_REPORT_MS = 200

/** One command for all files: it is started once the first mock is ready, and the mocks of the next files take the same port. */
export async function shareReceiver(
  command: ReceiverCommand,
  {
    secret: given,
    secretEnv = 'WEBHOOK_SECRET',
    seed,
    env = process.env,
    signal = new AbortController().signal,
  }: SharingOptions,
  { providers, clock }: Sharing,
): Promise<SharedReceiver> {
  const port = fixedPort(command) ?? (await freePort())
  const mockPort = await freePort()
  const rng = createRandom(seed).fork('receiver')
  let secret = given
  let running: RunningCommand | null = null
  let failure: MockError | null = null
  let death: MockError | null = null

  const begin = async (mock: Mock) => {
    const [first] = mock.providers
    if (first !== undefined) secret ??= newSecret(first, rng)
    const urls = providerUrls(mock.origin, [...providers, ...mock.providers])
    const started = await startReceiverCommand(command, {
      port,
      env: { ...env, ...urls, [secretEnv]: secret },
      clock,
      signal,
    })
    running = started
    void started.result.then((ended) => {
      if (running !== started) return
      running = null
      death = died(command, ended)
    })
  }
  return {
    receiver: {
      url: receiverUrl(command, port),
      get secret() {
        return secret
      },
    },
    mockPort,
    async onReady(mock) {
      // What did not come up once is not waited for again by every file.
      if (failure !== null) throw failure
      if (death !== null) throw death
      if (running !== null) return
      await begin(mock).catch((error) => {
        failure = error
        throw error
      })
    },
    async diagnose() {
      if (running !== null) await Promise.race([running.result, pause(EXIT_REPORT_MS)])
      return failure ?? death
    },
    isLost: () => failure !== null || death !== null,
    async end() {
      const ending = running
      running = null
      death = null
      await ending?.stop()
    },
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function died({ words }: ReceiverCommand, ended: CommandResult): MockError {
  return new MockError(
    'environment',
    'COMMAND_DIED',
    `Failed to go on: the receiver "${words.join(' ')}" ended with code ${ended.exitCode}; it has to stay up until the run is over.`,
    { hint: lastOutput(ended, 'It printed nothing.') },
  )
}
