import { dirname, resolve } from 'node:path'
import { type Clock, createClock, describeClockMode } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import { createChance } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { suggestion } from '../core/nearest.ts'
import { loadScenario } from './load-scenario.ts'
import { createBackground } from './play/background.ts'
import { allDeliveries, gatherFacts } from './play/gather-facts.ts'
import { createLookup } from './play/lookup.ts'
import { createMemory, namesOf } from './play/memory.ts'
import type { Play } from './play/play.ts'
import { countUntil, playSteps } from './play/play-steps.ts'
import { setUp } from './play/set-up.ts'
import { type GivenReceiver, openStage, type Stage } from './play/stage.ts'
import { brokenBy, INTERRUPTED, verdictOf } from './play/verdict.ts'
import { reproduceLine } from './reproduce.ts'
import type { Scenario } from './scenario.ts'
import type { RunProgress, ScenarioResult, StepResult } from './scenario-result.ts'

export interface RunScenarioOptions {
  /** In the place of the file's variables of the same names. */
  readonly set?: JsonObject
  /** Default: the file's; where it has none, another one each time. */
  readonly seed?: string
  /** Stop after this step: its number, or its name. */
  readonly until?: string
  /** Provider documents of one's own. */
  readonly specs?: readonly string[]
  /** Sent with every delivery. */
  readonly headers?: Readonly<Record<string, string>>
  /** In the place of the stand-in receiver. */
  readonly receiver?: GivenReceiver | null
  /** How long an attempt waits. Default: what the file says, or the provider, but 1 s at most on a virtual clock. */
  readonly attemptTimeoutMs?: number
  /** Of the mock. Default: any free one. */
  readonly port?: number
  /** Where commands that the scenario runs get their environment from. Default: this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Told of each step as it ends. */
  readonly onProgress?: (progress: RunProgress) => void
  /** Ends it early: what was not played by then is skipped. */
  readonly signal?: AbortSignal
  /** Called once the mock is ready and nothing has happened yet: the place to start a receiver that needs it. */
  readonly onReady?: (mock: Stage['mock']) => Promise<void>
  /** Asked where something went wrong: why it could not be judged, such as a receiver that died. */
  readonly complaint?: () => Promise<MockError | null>
  /** Leaves the mock up after a failure: it is handed over here, to be closed there. */
  readonly keep?: (mock: Stage['mock'], close: () => Promise<void>) => void
  /** Words of the command line that `reproduce` repeats. */
  readonly reproduceWith?: readonly string[]
}

/**
 * Plays one scenario, on a mock of its own. What the file, the receiver or the network did is in the result; it never
 * rejects.
 *
 * @param source a file, or what {@link loadScenario} made of one
 * @example const { status, steps } = await runScenario('scenarios/happy-path.yaml')
 */
export async function runScenario(
  source: string | Scenario,
  options: RunScenarioOptions = {},
): Promise<ScenarioResult> {
  const clock = createClock()
  const started = clock.elapsed()
  const startedAt = clock.wall()
  const played = await playSource(source, options, clock)
  const { set = {}, reproduceWith: more = [] } = options
  const result: ScenarioResult = {
    ...played,
    startedAt,
    durationMs: clock.elapsed() - started,
    // Where nothing was played, nothing comes of playing it again.
    reproduce:
      played.exitCode === BAD_INPUT && played.steps.length === 0
        ? ''
        : reproduceLine({ file: played.file, seed: played.seed, set, more }),
  }
  options.onProgress?.({ type: 'scenario-ended', result })
  return result
}

const BAD_INPUT = 2

type Played = Omit<ScenarioResult, 'startedAt' | 'durationMs' | 'reproduce'>

async function playSource(
  source: string | Scenario,
  options: RunScenarioOptions,
  clock: Clock,
): Promise<Played> {
  const file = typeof source === 'string' ? source : source.file
  const unread: Played = {
    file,
    name: file,
    providers: [],
    seed: options.seed ?? createChance().text('alphanumeric', 8),
    clock: '',
    ...INTERRUPTED,
    steps: [],
    deliveries: [],
    violations: [],
  }
  let known = unread
  try {
    const { specs = [] } = options
    const scenario = typeof source === 'string' ? await loadScenario(source, { specs }) : source
    const { name, providers, clock: mode, seed } = scenario
    known = {
      ...unread,
      name,
      providers,
      clock: describeClockMode(mode),
      seed: options.seed ?? seed ?? unread.seed,
    }
    checkPlayable(scenario, options.set ?? {})
    return await playScenario(scenario, options, { known, clock })
  } catch (error) {
    return { ...known, ...brokenBy(error) }
  }
}

/** @throws MockError (input) for a standing situation, and for variables that the file does not have. */
function checkPlayable({ steps, vars, file }: Scenario, set: JsonObject): void {
  if (steps.length === 0)
    throw new MockError('input', 'NO_STEPS', 'Failed to run the scenario: it has no steps.', {
      hint: 'A file without steps is a standing situation: start --scenario loads it.',
      location: { file },
    })
  const names = Object.keys(vars)
  const unknown = Object.keys(set).find((name) => !names.includes(name))
  if (unknown === undefined) return
  const hint = names.length === 0 ? 'The file has no "vars".' : suggestion(unknown, names)
  throw new MockError('input', 'UNKNOWN_VARIABLE', `Failed to set "${unknown}": there is no such variable.`, {
    hint,
    location: { file },
  })
}

async function playScenario(
  scenario: Scenario,
  options: RunScenarioOptions,
  { known, clock }: { readonly known: Played; readonly clock: Clock },
): Promise<Played> {
  const { file, name } = scenario
  const {
    specs,
    headers,
    port,
    attemptTimeoutMs,
    onProgress,
    signal = new AbortController().signal,
  } = options
  const receiver = options.receiver ?? undefined
  const until = countUntil(scenario, options.until)
  onProgress?.({ type: 'scenario-started', file, name, steps: until })
  const background = createBackground()
  const stage = await openStage(scenario, {
    specs,
    headers,
    receiver,
    port,
    attemptTimeoutMs,
    seed: known.seed,
    clock,
  })
  let played: Played = known
  let isKept = false
  try {
    const play = playOn(stage, scenario, { ...options, receiver, signal, background, clock })
    await options.onReady?.(stage.mock)
    await setUp(play)
    const results: StepResult[] = []
    played = { ...known, steps: results }
    await playSteps(play, scenario.steps, {
      until,
      tell(step) {
        results.push(step)
        onProgress?.({ type: 'step', file, step })
      },
    })
    const verdict = verdictOf(results, signal.aborted)
    const isWrong = verdict.status === 'failed' || verdict.status === 'broken'
    const complaint = isWrong ? await options.complaint?.() : null
    played = {
      ...played,
      ...(complaint ? brokenBy(complaint) : verdict),
      ...(await whatHappened(stage)),
      names: namesOf(play.memory),
    }
    isKept = options.keep !== undefined && (played.status === 'failed' || played.status === 'broken')
  } catch (error) {
    played = { ...played, ...(signal.aborted ? INTERRUPTED : brokenBy(error)) }
  } finally {
    await background.endAll()
    if (!isKept) await stage.close()
  }
  if (isKept) options.keep?.(stage.mock, stage.close)
  return played
}

async function whatHappened(stage: Stage): Promise<Pick<Played, 'deliveries' | 'violations' | 'coverage'>> {
  return {
    deliveries: await allDeliveries(stage),
    violations: [...stage.violations],
    coverage: stage.coverage(),
  }
}

function playOn(
  stage: Stage,
  scenario: Scenario,
  {
    set,
    env = process.env,
    ...rest
  }: Pick<RunScenarioOptions, 'set' | 'env'> & Pick<Play, 'receiver' | 'signal' | 'background' | 'clock'>,
): Play {
  const memory = createMemory({ ...scenario.vars, ...set })
  const around = () => ({
    receiverUrl: stage.receiverUrl,
    origin: stage.mock.origin,
    folder: dirname(resolve(scenario.file)),
    urls: Object.fromEntries(stage.mock.providers.map(({ id }) => [id, stage.mock.url(id)])),
    env,
  })
  return {
    ...rest,
    scenario,
    stage,
    memory,
    env,
    lookup: createLookup(memory, around),
    facts: (wanted) => gatherFacts(stage, memory, wanted),
  }
}
