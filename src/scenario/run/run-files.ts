import { createClock } from '../../core/clock.ts'
import { EXIT_CODES } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { packageVersion } from '../../core/version.ts'
import type { Provider } from '../../spec/provider.ts'
import { loadScenario } from '../file/load.ts'
import { type RunResult, reproduceLine, type ScenarioResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'
import type { GivenReceiver } from './environment.ts'
import { type ReceiverCommand, type SharedReceiver, shareReceiver, unreachable } from './receiver.ts'
import { type RunScenarioOptions, reportProgress, runScenario } from './run-scenario.ts'

/** Options of a run of several files; the others are those of each file. */
export interface RunScenariosOptions
  extends Omit<RunScenarioOptions, 'receiver' | 'port' | 'onReady' | 'diagnose'> {
  /** A receiver that is running already. */
  readonly receiver?: GivenReceiver
  /** A receiver that is started for the run. */
  readonly command?: ReceiverCommand
  /** A new one for each file. */
  readonly restartEach?: boolean
  /** The secret that the command knows, and the name of the environment variable that holds it. */
  readonly secret?: string
  readonly secretEnv?: string
  /** Files that are run at the same time, where they share no receiver. Default 1. */
  readonly jobs?: number
  /** Stop at the first one that does not pass. */
  readonly bail?: boolean
}

/** The scenario of each file; null: the file cannot be read, which is reported when it is run. */
type Loaded = ReadonlyMap<string, Scenario | null>

/** Runs files one after the other, or several at a time; whatever happens, each has a result. */
export async function runScenarios(
  files: readonly string[],
  options: RunScenariosOptions = {},
): Promise<RunResult> {
  const clock = createClock()
  const startedAt = clock.wall()
  const started = clock.elapsed()
  const loaded = await loadAll(files, options)
  const shared =
    options.command === undefined
      ? null
      : await shareReceiver(options.command, options, {
          providers: await providersOf(loaded, options.specs),
          clock,
        })
  const results = new Map<string, ScenarioResult>()
  const waiting = [...files]
  let skipReason: string | null = null
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      if (options.signal?.aborted === true) skipReason ??= 'interrupted'
      const result: ScenarioResult =
        skipReason === null
          ? await runFile(file, options, loaded, shared)
          : skippedFile(file, skipReason, options, loaded)
      results.set(file, result)
      const isLost = shared?.isLost() === true && options.restartEach !== true
      if (result.status === 'broken' && isLost) skipReason ??= 'the receiver is not up'
      if (options.bail === true && result.exitCode !== EXIT_CODES.passed)
        skipReason ??= 'an earlier one did not pass'
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

async function loadAll(files: readonly string[], options: RunScenariosOptions): Promise<Loaded> {
  const loaded = new Map<string, Scenario | null>()
  for (const file of files) loaded.set(file, await loadScenario(file, options).catch(() => null))
  return loaded
}

/** The providers of every file that can be read. */
async function providersOf(loaded: Loaded, specs: readonly string[] = []): Promise<readonly Provider[]> {
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

function runFile(
  file: string,
  options: RunScenariosOptions,
  loaded: Loaded,
  shared: SharedReceiver | null,
): Promise<ScenarioResult> {
  const { receiver } = options
  return runScenario(loaded.get(file) ?? file, {
    ...options,
    set: variablesOf(file, options, loaded),
    ...(receiver !== undefined && { diagnose: () => unreachable(receiver.url) }),
    ...(shared !== null && {
      receiver: shared.receiver,
      port: shared.mockPort,
      onReady: shared.onReady,
      diagnose: shared.diagnose,
    }),
  })
}

/** The variables of `set` that this file declares, and those that no file declares: each file then reports them as unknown. */
function variablesOf(file: string, { set = {} }: RunScenariosOptions, loaded: Loaded): JsonObject {
  const has = (one: Scenario | null | undefined, name: string) => Object.hasOwn(one?.vars ?? {}, name)
  const isForFile = (name: string) =>
    has(loaded.get(file), name) || ![...loaded.values()].some((one) => has(one, name))
  return Object.fromEntries(Object.entries(set).filter(([name]) => isForFile(name)))
}

function skippedFile(
  file: string,
  reason: string,
  options: RunScenariosOptions,
  loaded: Loaded,
): ScenarioResult {
  const scenario = loaded.get(file)
  const { reproduceWith: more = [] } = options
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
    exitCode: EXIT_CODES.passed,
  }
  reportProgress(options, { type: 'scenario-ended', result })
  return result
}
