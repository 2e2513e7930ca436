import { type Clock, createClock } from '../../core/clock.ts'
import type { JsonObject } from '../../core/json.ts'
import { packageVersion } from '../../core/version.ts'
import type { Provider } from '../../spec/provider.ts'
import { loadScenario } from '../file/load.ts'
import { type RunProgress, type RunResult, reproduceLine, type ScenarioResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'
import { type ReceiverCommand, type SharedReceiver, shareReceiver, unreachable } from './receiver.ts'
import { type RunScenarioOptions, runScenario } from './run-scenario.ts'
import type { GivenReceiver } from './stage.ts'
export interface RunScenariosOptions {
  /** Variables of any of the files. */
  readonly set?: JsonObject
  readonly seed?: string
  readonly until?: string
  readonly specs?: readonly string[]
  /** Sent with every delivery. */
  readonly headers?: Readonly<Record<string, string>>
  readonly attemptTimeoutMs?: number
  /** A receiver that is running already. */
  readonly receiver?: GivenReceiver
  /** A receiver that is started for the run. */
  readonly command?: ReceiverCommand
  /** A new one for each file. */
  readonly restartEach?: boolean
  /** The secret that the command knows, and the name of the environment variable that tells it. */
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

/** Files with what they hold; null: not to be read, which playing it will tell. */
type Loaded = ReadonlyMap<string, Scenario | null>

/** Plays files one after the other, or several at a time; whatever happens, each has a result. */
export async function runScenarios(
  files: readonly string[],
  options: RunScenariosOptions = {},
): Promise<RunResult> {
  const clock = createClock()
  const startedAt = clock.wall()
  const started = clock.elapsed()
  const loaded = await loadAll(files, options)
  const shared = options.command === undefined ? null : await share(options.command, options, loaded, clock)
  const results = new Map<string, ScenarioResult>()
  const waiting = [...files]
  let why: string | null = null
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      if (options.signal?.aborted === true) why ??= 'interrupted'
      const result: ScenarioResult =
        why === null ? await playOne(file, options, loaded, shared) : leftOut(file, why, options, loaded)
      results.set(file, result)
      const isLost = shared?.isLost() === true && options.restartEach !== true
      if (result.status === 'broken' && isLost) why ??= 'the receiver is not up'
      if (options.bail === true && result.exitCode !== 0) why ??= 'an earlier one did not pass'
      if (options.restartEach === true) await shared?.end()
    }
  }
  const isShared = shared !== null || options.receiver !== undefined
  const workers = isShared ? 1 : Math.max(1, Math.min(options.jobs ?? 1, files.length))
  try {
    await Promise.all(Array.from({ length: workers }, work))
  } finally {
    await shared?.end()
  }
  return {
    startedAt,
    durationMs: clock.elapsed() - started,
    version: packageVersion(),
    scenarios: files.flatMap((file) => results.get(file) ?? []),
  }
}

async function loadAll(files: readonly string[], { specs = [] }: RunScenariosOptions): Promise<Loaded> {
  const loaded = new Map<string, Scenario | null>()
  for (const file of files) loaded.set(file, await loadScenario(file, { specs }).catch(() => null))
  return loaded
}

async function share(
  command: ReceiverCommand,
  { specs = [], secret, secretEnv = 'WEBHOOK_SECRET', seed, ...options }: RunScenariosOptions,
  loaded: Loaded,
  clock: Clock,
): Promise<SharedReceiver> {
  const { env = process.env, signal = new AbortController().signal } = options
  const providers = await providersOf(loaded, specs)
  return shareReceiver(command, { providers, secret, secretEnv, seed, env, clock, signal })
}

/** Of every file that can be read. */
async function providersOf(loaded: Loaded, specs: readonly string[]): Promise<readonly Provider[]> {
  const [{ loadProvider }, { shippedProviders }] = await Promise.all([
    import('../../spec/load.ts'),
    import('../../spec/shipped.ts'),
  ])
  const ids = new Set([...loaded.values()].flatMap((scenario) => scenario?.providers ?? []))
  const shipped = shippedProviders().filter(({ id }) => ids.has(id))
  const all = [...shipped.map(({ file }) => file), ...specs].map((file) =>
    loadProvider(file).catch(() => null),
  )
  return (await Promise.all(all)).filter((provider) => provider !== null)
}

function playOne(
  file: string,
  options: RunScenariosOptions,
  loaded: Loaded,
  shared: SharedReceiver | null,
): Promise<ScenarioResult> {
  const {
    seed,
    until,
    specs,
    headers,
    attemptTimeoutMs,
    receiver,
    env,
    onProgress,
    signal,
    keep,
    reproduceWith,
  } = options
  return runScenario(loaded.get(file) ?? file, {
    set: variablesOf(file, options, loaded),
    ...(seed !== undefined && { seed }),
    ...(until !== undefined && { until }),
    ...(specs !== undefined && { specs }),
    ...(headers !== undefined && { headers }),
    ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }),
    ...(receiver !== undefined && { receiver }),
    ...(env !== undefined && { env }),
    ...(onProgress !== undefined && { onProgress }),
    ...(signal !== undefined && { signal }),
    ...(keep !== undefined && { keep }),
    ...(reproduceWith !== undefined && { reproduceWith }),
    ...(receiver !== undefined && { complaint: () => unreachable(receiver.url) }),
    ...(shared !== null && {
      receiver: shared.receiver,
      port: shared.mockPort,
      onReady: shared.onReady,
      complaint: shared.complaint,
    }),
  })
}

/** Those that the file has, and those that no file has: these are a mistake, which each then tells. */
function variablesOf(file: string, { set = {} }: RunScenariosOptions, loaded: Loaded): JsonObject {
  const has = (one: Scenario | null | undefined, name: string) => Object.hasOwn(one?.vars ?? {}, name)
  const isMeant = (name: string) =>
    has(loaded.get(file), name) || ![...loaded.values()].some((one) => has(one, name))
  return Object.fromEntries(Object.entries(set).filter(([name]) => isMeant(name)))
}

function leftOut(file: string, reason: string, options: RunScenariosOptions, loaded: Loaded): ScenarioResult {
  const scenario = loaded.get(file)
  const { reproduceWith: more = [], onProgress } = options
  const seed = options.seed ?? scenario?.seed ?? null
  const result: ScenarioResult = {
    file,
    name: scenario?.name ?? file,
    providers: scenario?.providers ?? [],
    seed: seed ?? '',
    clock: '',
    status: 'skipped',
    reason,
    startedAt: createClock().wall(),
    durationMs: 0,
    steps: [],
    deliveries: [],
    violations: [],
    reproduce: reproduceLine({ file, seed, set: variablesOf(file, options, loaded), more }),
    exitCode: 0,
  }
  onProgress?.({ type: 'scenario-ended', result })
  return result
}
