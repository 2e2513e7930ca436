import { type Clock, createClock } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import { createChance } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { packageVersion } from '../core/version.ts'
import type { Mock } from '../mock.ts'
import type { GivenReceiver } from './play/stage.ts'
import {
  freePort,
  type ReceiverCommand,
  type RunningReceiver,
  startReceiverCommand,
} from './receiver-command.ts'
import { type RunScenarioOptions, runScenario } from './run-scenario.ts'
import type { RunProgress, RunResult, ScenarioResult } from './scenario-result.ts'

export interface RunScenariosOptions {
  readonly set?: JsonObject
  readonly seed?: string
  readonly until?: string
  readonly specs?: readonly string[]
  /** Sent with every delivery. */
  readonly headers?: Readonly<Record<string, string>>
  /** A receiver that is running already. */
  readonly receiver?: GivenReceiver
  /** A receiver that is started for the run. */
  readonly command?: ReceiverCommand
  /** A new one for each file. */
  readonly restartEach?: boolean
  /** The secret that the receiver knows, and the name of the environment variable that tells it to the command. */
  readonly secret?: string
  readonly secretEnv?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Files that are played at the same time, where they share no receiver. Default 1. */
  readonly jobs?: number
  /** Stop at the first one that does not pass. */
  readonly bail?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: RunProgress) => void
  readonly keep?: RunScenarioOptions['keep']
  readonly reproduceWith?: readonly string[]
}

/** Plays files one after the other, or several at a time; whatever happens, each has a result. */
export async function runScenarios(
  files: readonly string[],
  options: RunScenariosOptions = {},
): Promise<RunResult> {
  const clock = createClock()
  const startedAt = clock.wall()
  const started = clock.elapsed()
  const shared = options.command === undefined ? null : await shareReceiver(options.command, options, clock)
  const isShared = shared !== null || options.receiver !== undefined
  const scenarios = new Map<string, ScenarioResult>()
  const waiting = [...files]
  let isOver = false
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const isLeftOut = isOver || options.signal?.aborted === true
      const result = isLeftOut ? leftOut(file, options) : await playOne(file, options, shared)
      scenarios.set(file, result)
      isOver ||= options.bail === true && result.exitCode !== 0
    }
  }
  try {
    const workers = isShared ? 1 : Math.max(1, Math.min(options.jobs ?? 1, files.length))
    await Promise.all(Array.from({ length: workers }, work))
  } finally {
    await shared?.end()
  }
  return {
    startedAt,
    durationMs: clock.elapsed() - started,
    version: packageVersion(),
    scenarios: files.flatMap((file) => scenarios.get(file) ?? []),
  }
}

async function playOne(
  file: string,
  options: RunScenariosOptions,
  shared: SharedReceiver | null,
): Promise<ScenarioResult> {
  const { set, seed, until, specs, headers, env, onProgress, signal, keep, reproduceWith } = options
  const common: RunScenarioOptions = {
    ...(set !== undefined && { set }),
    ...(seed !== undefined && { seed }),
    ...(until !== undefined && { until }),
    ...(specs !== undefined && { specs }),
    ...(headers !== undefined && { headers }),
    ...(env !== undefined && { env }),
    ...(onProgress !== undefined && { onProgress }),
    ...(signal !== undefined && { signal }),
    ...(keep !== undefined && { keep }),
    ...(reproduceWith !== undefined && { reproduceWith }),
  }
  if (shared === null)
    return runScenario(file, {
      ...common,
      ...(options.receiver !== undefined && { receiver: options.receiver }),
    })
  const result = await runScenario(file, {
    ...common,
    receiver: shared.receiver,
    port: shared.mockPort,
    onReady: shared.onReady,
  })
  if (options.restartEach === true) await shared.end()
  return result
}

interface SharedReceiver {
  readonly receiver: GivenReceiver
  readonly mockPort: number
  readonly onReady: (mock: Mock) => Promise<void>
  end(): Promise<void>
}

/** One command for all files: it is started once the first mock is ready, and the mocks after it take the same port. */
async function shareReceiver(
  command: ReceiverCommand,
  options: RunScenariosOptions,
  clock: Clock,
): Promise<SharedReceiver> {
  const port = fixedPort(command.url) ?? (await freePort())
  const mockPort = await freePort()
  const url = (command.url ?? 'http://127.0.0.1:{port}').replaceAll('{port}', String(port))
  const secret = options.secret ?? `whsec_${createChance().text('hex', SECRET_LENGTH)}`
  const signal = options.signal ?? new AbortController().signal
  let running: RunningReceiver | null = null
  let death: string | null = null
  let failure: unknown = null
  const onReady = async (mock: Mock) => {
    if (death !== null) throw died(command, death)
    // What did not come up once is not waited for again by every file.
    if (failure !== null) throw failure
    if (running !== null) return
    const urls = mock.providers.map(({ id }) => [
      `HOOKPROOF_${id.replaceAll('-', '_').toUpperCase()}_URL`,
      mock.url(id),
    ])
    const env = {
      ...(options.env ?? process.env),
      HOOKPROOF_URL: mock.origin,
      ...Object.fromEntries(urls),
      [options.secretEnv ?? 'WEBHOOK_SECRET']: secret,
    }
    const started = await startReceiverCommand(command, { port, env, clock, signal }).catch((error) => {
      failure = error
      throw error
    })
    running = started
    void started.ended.then(({ exit }) => {
      if (running !== started) return
      running = null
      death = String(exit)
    })
  }
  return {
    receiver: { url, secret },
    mockPort,
    onReady,
    async end() {
      const ending = running
      running = null
      await ending?.end()
    },
  }
}

/** Of a URL without `{port}`, which the command is to listen on as it stands. */
function fixedPort(url = '{port}'): number | undefined {
  if (url.includes('{port}')) return undefined
  const { port, protocol } = new URL(url)
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}

/** Of a secret in the form that most providers give out: 32 bytes in hex behind `whsec_`. */
const SECRET_LENGTH = 64

function died({ words }: ReceiverCommand, exit: string): MockError {
  return new MockError(
    'environment',
    'COMMAND_DIED',
    `Failed to go on: "${words.join(' ')}" has ended with ${exit}.`,
    {
      hint: 'A receiver stays up until the run is over; or give each file a new one with --restart-each.',
    },
  )
}

function leftOut(file: string, { seed, reproduceWith, signal }: RunScenariosOptions): ScenarioResult {
  return {
    file,
    name: file,
    providers: [],
    seed: seed ?? '',
    clock: '',
    status: 'skipped',
    reason: signal?.aborted === true ? 'interrupted' : 'an earlier one did not pass',
    startedAt: 0,
    durationMs: 0,
    steps: [],
    deliveries: [],
    violations: [],
    reproduce: ['hookproof', 'run', file, ...(reproduceWith ?? [])].join(' '),
    exitCode: 0,
  }
}
