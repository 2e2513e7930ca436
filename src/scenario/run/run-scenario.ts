import { dirname, resolve } from 'node:path'
import { type Clock, createClock, describeClockMode } from '../../core/clock.ts'
import { EXIT_CODES, MockError, reported } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { callListener } from '../../core/listener.ts'
import { createRandom } from '../../core/random.ts'
import { suggestion } from '../../core/text.ts'
import type { Mock } from '../../mock/mock.ts'
import { namesFor } from '../../spec/names.ts'
import { loadScenario } from '../file/load.ts'
import { type RunProgress, reproduceLine, type ScenarioResult, type StepResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'
import type { Placed } from '../situation.ts'
import { useFault } from '../steps/fault.ts'
import { describeStep, type Step, stepDefinition } from '../steps/index.ts'
import { registerWebhook } from '../steps/register.ts'
import { createBackground, type ScenarioContext, type StepOutcome } from './context.ts'
import { type Environment, type EnvironmentOptions, openEnvironment } from './environment.ts'
import { oldestFirst } from './facts.ts'
import { createLookup, createVariables, namesOf } from './variables.ts'

export interface RunScenarioOptions extends EnvironmentOptions {
  /** In the place of the file's variables of the same names. */
  readonly set?: JsonObject
  /** Default: the file's; where it has none, another one each time. */
  readonly seed?: string
  /** Stop after this step: its number, or its name. */
  readonly until?: string
  /** Where commands that the scenario runs get their environment from. Default: this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Called as each step ends. Its first error is a warning of the process. */
  readonly onProgress?: (progress: RunProgress) => void
  /** Ends it early: what was not run by then is skipped. */
  readonly signal?: AbortSignal
  /** Called once the mock is ready and nothing has happened yet: the place to start a receiver that needs it. */
  readonly onReady?: (mock: Mock) => Promise<void>
  /** Called where something went wrong: why nothing can be concluded from it, such as a receiver that died. */
  readonly diagnose?: () => Promise<MockError | null>
  /** Leaves the mock up after a failure: it is handed over here, to be closed there. */
  readonly keep?: (mock: Mock, close: () => Promise<void>) => void
  /** Words of the command line that `reproduce` repeats. */
  readonly reproduceWith?: readonly string[]
}

type Verdict = Pick<ScenarioResult, 'status' | 'reason' | 'exitCode'>

const INTERRUPTED: Verdict = { status: 'skipped', reason: 'interrupted', exitCode: EXIT_CODES.passed }

/** A result while the scenario runs. */
type Partly = Omit<ScenarioResult, 'startedAt' | 'durationMs' | 'reproduce'>

/**
 * Runs one scenario, on a mock of its own. What the file, the receiver or the network did is in the result; it never
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
  const partly = await runSource(source, options, clock)
  const { set = {}, reproduceWith: more = [] } = options
  // Where nothing was run, nothing comes of running it again.
  const isPointless = partly.exitCode === EXIT_CODES.input && partly.steps.length === 0
  const result: ScenarioResult = {
    ...partly,
    startedAt,
    durationMs: clock.elapsed() - started,
    reproduce: isPointless ? '' : reproduceLine({ file: partly.file, seed: partly.seed, set, more }),
  }
  reportProgress(options, { type: 'scenario-ended', result })
  return result
}

/** Calls `onProgress`, whose errors change no result. */
export function reportProgress(
  { onProgress }: Pick<RunScenarioOptions, 'onProgress'>,
  progress: RunProgress,
): void {
  if (onProgress !== undefined) callListener(onProgress, progress, 'onProgress of a run')
}

async function runSource(
  source: string | Scenario,
  options: RunScenarioOptions,
  clock: Clock,
): Promise<Partly> {
  const file = typeof source === 'string' ? source : source.file
  let partly: Partly = {
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
  try {
    const scenario = typeof source === 'string' ? await loadScenario(source, options) : source
    const { name, providers, clock: mode, seed } = scenario
    partly = {
      ...partly,
      name,
      providers,
      clock: describeClockMode(mode),
      seed: options.seed ?? seed ?? partly.seed,
    }
    checkRunnable(scenario, options.set ?? {})
    return await runLoaded(scenario, options, { partly, clock })
  } catch (error) {
    return { ...partly, ...brokenBy(error) }
  }
}

/** @throws MockError (input) for a standing situation, and for variables that the file does not have. */
function checkRunnable({ steps, vars, file }: Scenario, set: JsonObject): void {
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

async function runLoaded(
  scenario: Scenario,
  options: RunScenarioOptions,
  { partly, clock }: { readonly partly: Partly; readonly clock: Clock },
): Promise<Partly> {
  const { file, name, steps } = scenario
  const { onReady, diagnose, keep, signal = new AbortController().signal } = options
  const until = countUntil(scenario, options.until)
  reportProgress(options, { type: 'scenario-started', file, name, steps: until })
  const restarts = steps.some(({ kind }) => kind === 'restart')
  const environment = await openEnvironment(scenario, options, { seed: partly.seed, clock, restarts })
  const context = createContext(environment, scenario, { ...options, signal, clock })
  const results: StepResult[] = []
  let ran: Partly = { ...partly, steps: results }
  let isKept = false
  try {
    await onReady?.(environment.mock)
    await setUp(context, scenario)
    for (const [i, step] of steps.entries()) {
      const isOver = i >= until || signal.aborted || results.some(({ status }) => status !== 'passed')
      const result = isOver ? skipped(step, i + 1) : await runStep(context, step, i + 1)
      results.push(result)
      reportProgress(options, { type: 'step', file, step: result })
    }
    const verdict = verdictOf(results, signal.aborted)
    const error = isWrong(verdict) ? await diagnose?.() : null
    ran = {
      ...ran,
      ...(error ? brokenBy(error) : verdict),
      deliveries: await oldestFirst(environment.mock),
      violations: [...environment.violations],
      coverage: environment.coverage(),
      names: namesOf(context.variables),
    }
    isKept = keep !== undefined && isWrong(ran)
  } catch (error) {
    ran = { ...ran, ...(signal.aborted ? INTERRUPTED : brokenBy(error)) }
  } finally {
    await context.background.endAll()
    if (!isKept) await environment.close()
  }
  if (isKept) keep?.(environment.mock, environment.close)
  return ran
}

function createContext(
  environment: Environment,
  { vars, file }: Scenario,
  {
    set,
    receiver,
    env = process.env,
    clock,
    signal,
  }: RunScenarioOptions & Pick<ScenarioContext, 'clock' | 'signal'>,
): ScenarioContext {
  const variables = createVariables({ ...vars, ...set })
  const folder = dirname(resolve(file))
  const lookup = createLookup(variables, () => {
    const { mock, receiverUrl } = environment
    const urls = Object.fromEntries(
      mock.providers.flatMap((one) => namesFor(mock.providers, one).map((name) => [name, mock.url(name)])),
    )
    return { receiverUrl, origin: mock.origin, folder, urls, env }
  })
  const background = createBackground()
  return { environment, variables, lookup, receiver: receiver ?? undefined, background, env, clock, signal }
}

/** How many steps are run. @throws MockError (input) for a step that there is not. */
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
async function setUp(context: ScenarioContext, { webhooks, faults }: Scenario): Promise<void> {
  for (const plan of webhooks) await located(plan, () => registerWebhook(context, plan))
  for (const plan of faults) await located(plan, async () => void useFault(context, plan))
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

async function runStep(context: ScenarioContext, step: Step, number: number): Promise<StepResult> {
  const { clock, signal } = context
  const started = clock.elapsed()
  const before = skipped(step, number)
  try {
    const { mismatches, deliveries = [] } = await outcomeOf(context, step)
    const durationMs = clock.elapsed() - started
    if (mismatches.length === 0) return { ...before, status: 'passed', durationMs }
    // After an interruption it does not matter what was missing by then.
    if (signal.aborted) return { ...before, durationMs }
    return { ...before, status: 'failed', durationMs, mismatches, deliveries }
  } catch (error) {
    const durationMs = clock.elapsed() - started
    return signal.aborted
      ? { ...before, durationMs }
      : { ...before, status: 'broken', durationMs, error: explained(error) }
  }
}

function outcomeOf(
  context: ScenarioContext,
  { kind, at: _at, as, title: _title, ...step }: Step,
): Promise<StepOutcome> {
  return stepDefinition(kind).run(context, step, as)
}

function skipped(step: Step, number: number): StepResult {
  const { kind, at } = step
  const title = describeStep(step)
  const nothing = { durationMs: 0, mismatches: [], error: null, deliveries: [] }
  return { number, kind, title, at, status: 'skipped', ...nothing }
}

/** What the steps make of their scenario. */
function verdictOf(steps: readonly StepResult[], isInterrupted: boolean): Verdict {
  const failure = steps.find(isWrong)
  if (failure?.status === 'broken')
    return { status: 'broken', reason: null, exitCode: failure.error?.exitCode ?? EXIT_CODES.fault }
  if (failure !== undefined) return { status: 'failed', reason: null, exitCode: EXIT_CODES.failed }
  return isInterrupted ? INTERRUPTED : { status: 'passed', reason: null, exitCode: EXIT_CODES.passed }
}

function isWrong({ status }: { readonly status: string }): boolean {
  return status === 'failed' || status === 'broken'
}

function brokenBy(error: unknown): Verdict {
  const { message, exitCode } = explained(error)
  return { status: 'broken', reason: message, exitCode }
}

/** An error in a message, and the exit code that it asks for. */
function explained(thrown: unknown): { readonly message: string; readonly exitCode: number } {
  const error = reported(thrown)
  if (error instanceof MockError) return { message: error.message, exitCode: error.exitCode }
  const reason = error instanceof Error ? error.message : String(error)
  return {
    message: `Failed by a fault of hookproof: ${reason}. Please report it.`,
    exitCode: EXIT_CODES.fault,
  }
}
