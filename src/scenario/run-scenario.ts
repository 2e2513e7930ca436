import { createClock, describeClockMode } from '../core/clock.ts'
import { describeError, MockError } from '../core/errors.ts'
import { createChance } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { describeStep } from './describe-step.ts'
import { loadScenario } from './load-scenario.ts'
import { createBackground } from './play/background.ts'
import { allDeliveries, gatherFacts } from './play/gather-facts.ts'
import { createLookup } from './play/lookup.ts'
import { createMemory } from './play/memory.ts'
import type { Play } from './play/play.ts'
import { type GivenReceiver, openStage, type Stage } from './play/stage.ts'
import { reproduceLine } from './reproduce.ts'
import type { Scenario, Step } from './scenario.ts'
import type { RunProgress, ScenarioResult, StepResult } from './scenario-result.ts'
import { perform } from './steps/index.ts'
import { planFault } from './steps/plan-fault.ts'
import { registerPlanned } from './steps/webhooks.ts'

export interface RunScenarioOptions {
  /** In the place of the file's variables of the same names. */
  readonly set?: JsonObject
  /** Default: the file's; where it has none, another one each time. */
  readonly seed?: string
  /** Stop after this step: its number, or its name. */
  readonly until?: string
  /** Provider documents of one's own. */
  readonly specs?: readonly string[]
  /** In the place of the stand-in receiver. */
  readonly receiver?: GivenReceiver
  /** Of the mock. Default: any free one. */
  readonly port?: number
  /** Where commands of the scenario run gets its environment from. Default: this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Told of each step as it ends. */
  readonly onProgress?: (progress: RunProgress) => void
  readonly signal?: AbortSignal
  /** Called once the mock is ready and nothing has happened yet: the place to start a receiver that needs it. */
  readonly onReady?: (mock: Stage['mock']) => Promise<void>
  /** Leaves the mock up after a failure: it is handed over here, to be closed there. */
  readonly keep?: (mock: Stage['mock'], close: () => Promise<void>) => void
  /** Words of the command line that `reproduce` repeats. */
  readonly reproduceWith?: readonly string[]
}

/**
 * Plays one scenario, on a mock of its own. What the file, the receiver or the network did is in the result.
 *
 * @param source a file, or what {@link loadScenario} made of one
 * @throws nothing: a file that cannot be read is a result, too
 * @example const { status, steps } = await runScenario('scenarios/happy-path.yaml')
 */
export async function runScenario(
  source: string | Scenario,
  options: RunScenarioOptions = {},
): Promise<ScenarioResult> {
  const clock = createClock()
  const started = clock.elapsed()
  const startedAt = clock.wall()
  const file = typeof source === 'string' ? source : source.file
  const seed = options.seed ?? createChance().text('alphanumeric', 8)
  const nothing = { providers: [], seed, clock: '', steps: [], deliveries: [], violations: [] }
  const tell = options.onProgress ?? (() => {})
  const result = await load(source, options).then(
    (scenario) => play(scenario, options, clock),
    (error: unknown) => ({ ...nothing, file, name: file, ...broken(error) }),
  )
  const whole: ScenarioResult = {
    ...result,
    startedAt,
    durationMs: clock.elapsed() - started,
    reproduce: reproduceLine({
      file,
      seed: result.seed,
      set: options.set ?? {},
      more: options.reproduceWith ?? [],
    }),
  }
  tell({ type: 'scenario-ended', result: whole })
  return whole
}

async function load(source: string | Scenario, { specs }: RunScenarioOptions): Promise<Scenario> {
  const scenario =
    typeof source === 'string'
      ? await loadScenario(source, { ...(specs !== undefined && { specs }) })
      : source
  if (scenario.steps.length > 0) return scenario
  throw new MockError('input', 'NO_STEPS', 'Failed to run the scenario: it has no steps.', {
    hint: 'A file without steps is a standing situation: start --scenario loads it.',
    location: { file: scenario.file },
  })
}

type Played = Omit<ScenarioResult, 'startedAt' | 'durationMs' | 'reproduce'>

async function play(
  scenario: Scenario,
  options: RunScenarioOptions,
  clock: ReturnType<typeof createClock>,
): Promise<Played> {
  const { file, name, providers } = scenario
  const seed = options.seed ?? scenario.seed ?? createChance().text('alphanumeric', 8)
  const head = { file, name, providers, seed, clock: describeClockMode(scenario.clock) }
  const signal = options.signal ?? new AbortController().signal
  const last = lastStep(scenario, options.until)
  options.onProgress?.({ type: 'scenario-started', file, name, steps: last })
  const background = createBackground()
  let stage: Stage | undefined
  let steps: readonly StepResult[] = []
  try {
    const open = await openStage(scenario, { ...pick(options), seed, clock })
    stage = open
    const memory = createMemory({ ...scenario.vars, ...options.set })
    const env = options.env ?? process.env
    const around = () => ({
      receiverUrl: open.receiverUrl,
      origin: open.mock.origin,
      urls: Object.fromEntries(open.mock.providers.map(({ id }) => [id, open.mock.url(id)])),
      env,
    })
    const running: Play = {
      scenario,
      stage: open,
      memory,
      lookup: createLookup(memory, around),
      receiver: options.receiver,
      background,
      env,
      clock,
      signal,
      facts: () => gatherFacts(open, memory),
    }
    await setUp(running, options)
    steps = await playSteps(running, scenario.steps.slice(0, last), options)
    const verdict = verdictOf(steps, signal)
    const deliveries = await allDeliveries(open)
    const violations = open.mock.violations()
    if (verdict.status === 'failed' && options.keep !== undefined) {
      const kept = open
      stage = undefined
      options.keep(kept.mock, () => kept.close())
    }
    return { ...head, ...verdict, steps, deliveries, violations }
  } catch (error) {
    return { ...head, ...broken(error), steps, deliveries: [], violations: [] }
  } finally {
    await background.endAll()
    await stage?.close()
  }
}

function pick({ specs, receiver, port }: RunScenarioOptions) {
  return { specs, receiver, port }
}

/** Webhooks first, so that faults can name them. */
async function setUp(running: Play, { onReady }: RunScenarioOptions): Promise<void> {
  const { scenario, stage } = running
  await onReady?.(stage.mock)
  for (const plan of scenario.webhooks) await located(plan, () => registerPlanned(running, plan))
  for (const plan of scenario.faults) await located(plan, async () => void planFault(running, plan))
}

async function located(plan: { readonly at: Step['at'] }, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof MockError)) throw error
    const hint = error.hint === undefined ? {} : { hint: error.hint }
    throw new MockError(error.kind, error.code, error.message, { ...hint, location: plan.at, cause: error })
  }
}

async function playSteps(
  running: Play,
  steps: readonly Step[],
  { onProgress }: RunScenarioOptions,
): Promise<readonly StepResult[]> {
  const results: StepResult[] = []
  let isOver = false
  for (const [i, step] of steps.entries()) {
    isOver ||= running.signal.aborted
    const result: StepResult = isOver ? skipped(step, i + 1) : await playStep(running, step, i + 1)
    isOver ||= result.status !== 'passed'
    results.push(result)
    onProgress?.({ type: 'step', file: running.scenario.file, step: result })
  }
  return results
}

async function playStep(running: Play, step: Step, number: number): Promise<StepResult> {
  const { clock } = running
  const started = clock.elapsed()
  const head = { number, kind: step.kind, title: describeStep(step), at: step.at }
  try {
    const { mismatches, deliveries = [] } = await perform(running, step)
    const durationMs = clock.elapsed() - started
    const status = mismatches.length === 0 ? 'passed' : 'failed'
    return { ...head, status, durationMs, mismatches, error: null, deliveries }
  } catch (error) {
    const durationMs = clock.elapsed() - started
    return { ...head, status: 'broken', durationMs, mismatches: [], error: explained(error), deliveries: [] }
  }
}

function skipped(step: Step, number: number): StepResult {
  const head = { number, kind: step.kind, title: describeStep(step), at: step.at }
  return { ...head, status: 'skipped', durationMs: 0, mismatches: [], error: null, deliveries: [] }
}

function verdictOf(
  steps: readonly StepResult[],
  signal: AbortSignal,
): Pick<ScenarioResult, 'status' | 'reason' | 'exitCode'> {
  const failure = steps.find(({ status }) => status === 'failed' || status === 'broken')
  if (failure === undefined)
    return signal.aborted
      ? { status: 'skipped', reason: 'interrupted', exitCode: 0 }
      : { status: 'passed', reason: null, exitCode: 0 }
  if (failure.status === 'failed') return { status: 'failed', reason: null, exitCode: 1 }
  return { status: 'broken', reason: null, exitCode: failure.error?.exitCode ?? BUG }
}

const BUG = 5

function broken(error: unknown): Pick<ScenarioResult, 'status' | 'reason' | 'exitCode'> {
  const { message, exitCode } = explained(error)
  return { status: 'broken', reason: message, exitCode }
}

function explained(error: unknown): { readonly message: string; readonly exitCode: number } {
  if (error instanceof MockError) return { message: describeError(error), exitCode: error.exitCode }
  const message = error instanceof Error ? error.message : String(error)
  return { message: `Failed by a fault of hookproof: ${message}.`, exitCode: BUG }
}

/** How many steps are played. @throws MockError (input) for a step that there is not. */
function lastStep({ steps, file }: Scenario, until: string | undefined): number {
  if (until === undefined) return steps.length
  const at = steps.findIndex(({ as, title }, i) => until === String(i + 1) || until === as || until === title)
  if (at >= 0) return at + 1
  throw new MockError('input', 'UNKNOWN_STEP', `Failed to run until "${until}": there is no such step.`, {
    hint: 'Name a step by its number, its "as" or its "title".',
    location: { file },
  })
}
