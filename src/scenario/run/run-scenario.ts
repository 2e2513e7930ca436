import { dirname, resolve } from 'node:path'
import { type Clock, createClock, describeClockMode } from '../../core/clock.ts'
import { describeError, MockError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { createRandom } from '../../core/random.ts'
import { suggestion } from '../../core/text.ts'
import { loadScenario } from '../file/load.ts'
import { type RunProgress, reproduceLine, type ScenarioResult, type StepResult } from '../result.ts'
import type { Placed, Scenario, Step } from '../scenario.ts'
import { planFault } from '../steps/events.ts'
import { perform } from '../steps/index.ts'
import { registerPlanned } from '../steps/webhooks.ts'
import { createBackground, createLookup, createVariables, namesOf, type ScenarioContext } from './context.ts'
import { describeStep } from './describe.ts'
import { allDeliveries, gatherFacts } from './facts.ts'
import { type Environment, type GivenReceiver, openEnvironment } from './stage.ts'

type ScenarioVerdict = Pick<ScenarioResult, 'status' | 'reason' | 'exitCode'>

const FAILED = 1

const BUG = 5

export const INTERRUPTED: ScenarioVerdict = { status: 'skipped', reason: 'interrupted', exitCode: 0 }

/** What the steps make of their scenario. */
function verdictOf(steps: readonly StepResult[], isInterrupted: boolean): ScenarioVerdict {
  const failure = steps.find(({ status }) => status === 'failed' || status === 'broken')
  if (failure?.status === 'broken')
    return { status: 'broken', reason: null, exitCode: failure.error?.exitCode ?? BUG }
  if (failure !== undefined) return { status: 'failed', reason: null, exitCode: FAILED }
  return isInterrupted ? INTERRUPTED : { status: 'passed', reason: null, exitCode: 0 }
}

function brokenBy(error: unknown): ScenarioVerdict {
  const { message, exitCode } = explained(error)
  return { status: 'broken', reason: message, exitCode }
}

/** What a person is told of an error, and the exit code that it asks for. */
export function explained(error: unknown): { readonly message: string; readonly exitCode: number } {
  if (error instanceof MockError) return { message: describeError(error), exitCode: error.exitCode }
  const reason = error instanceof Error ? error.message : String(error)
  return { message: `Failed by a fault of hookproof: ${reason}. Please report it.`, exitCode: BUG }
}

/** Plays `until` so many steps, up to the first that does not pass; the others are skipped. Each is told as it ends. */
export async function playSteps(
  play: ScenarioContext,
  steps: readonly Step[],
  { until, tell }: { readonly until: number; readonly tell: (step: StepResult) => void },
): Promise<readonly StepResult[]> {
  const results: StepResult[] = []
  let isOver = false
  for (const [i, step] of steps.entries()) {
    const result: StepResult =
      isOver || i >= until || play.signal.aborted ? skipped(step, i + 1) : await playStep(play, step, i + 1)
    isOver ||= i < until && result.status !== 'passed'
    results.push(result)
    tell(result)
  }
  return results
}

async function playStep(play: ScenarioContext, step: Step, number: number): Promise<StepResult> {
  const { clock, signal } = play
  const started = clock.elapsed()
  const before = skipped(step, number)
  try {
    const { mismatches, deliveries = [] } = await perform(play, step)
    const durationMs = clock.elapsed() - started
    if (mismatches.length === 0) return { ...before, status: 'passed', durationMs }
    // Whoever broke it off did not want to know what was missing by then.
    if (signal.aborted) return { ...before, durationMs }
    return { ...before, status: 'failed', durationMs, mismatches, deliveries }
  } catch (error) {
    const durationMs = clock.elapsed() - started
    return signal.aborted
      ? { ...before, durationMs }
      : { ...before, status: 'broken', durationMs, error: explained(error) }
  }
}

function skipped(step: Step, number: number): StepResult {
  const { kind, at } = step
  const title = describeStep(step)
  const nothing = { durationMs: 0, mismatches: [], error: null, deliveries: [] }
  return { number, kind, title, at, status: 'skipped', ...nothing }
}

/** How many are played. @throws MockError (input) for a step that there is not. */
function countUntil({ steps, file }: Scenario, until: string | undefined): number {
  if (until === undefined) return steps.length
  const at = steps.findIndex(({ as, title }, i) => until === String(i + 1) || until === as || until === title)
  if (at >= 0) return at + 1
  throw new MockError('input', 'UNKNOWN_STEP', `Failed to run until "${until}": there is no such step.`, {
    hint: `Name a step by its number (1 to ${steps.length}), its "as" or its "title".`,
    location: { file },
  })
}

/** Webhooks first, so that faults can name them. @throws MockError that says where in the file it is. */
export async function setUp(play: ScenarioContext): Promise<void> {
  const { webhooks, faults } = play.scenario
  for (const plan of webhooks) await located(plan, async () => void (await registerPlanned(play, plan)))
  for (const plan of faults) await located(plan, async () => void planFault(play, plan))
}

async function located({ at }: Placed, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof MockError)) throw error
    const { kind, code, summary, hint } = error
    throw new MockError(kind, code, summary, {
      ...(hint !== undefined && { hint }),
      location: at,
      cause: error,
    })
  }
}

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
  readonly onReady?: (mock: Environment['mock']) => Promise<void>
  /** Asked where something went wrong: why it could not be judged, such as a receiver that died. */
  readonly complaint?: () => Promise<MockError | null>
  /** Leaves the mock up after a failure: it is handed over here, to be closed there. */
  readonly keep?: (mock: Environment['mock'], close: () => Promise<void>) => void
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
    seed: options.seed ?? createRandom().text('alphanumeric', 8),
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
  const stage = await openEnvironment(scenario, {
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

async function whatHappened(
  stage: Environment,
): Promise<Pick<Played, 'deliveries' | 'violations' | 'coverage'>> {
  return {
    deliveries: await allDeliveries(stage),
    violations: [...stage.violations],
    coverage: stage.coverage(),
  }
}

function playOn(
  stage: Environment,
  scenario: Scenario,
  {
    set,
    env = process.env,
    ...rest
  }: Pick<RunScenarioOptions, 'set' | 'env'> &
    Pick<ScenarioContext, 'receiver' | 'signal' | 'background' | 'clock'>,
): ScenarioContext {
  const memory = createVariables({ ...scenario.vars, ...set })
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
