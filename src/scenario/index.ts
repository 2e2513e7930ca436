import {
  boolean,
  callback,
  checkArgument,
  checkOptions,
  count,
  either,
  milliseconds,
  type OptionKinds,
  object,
  port,
  string,
  stringByName,
  strings,
} from '../schema/options.ts'
import type { loadScenario as Load } from './file/load.ts'
import type { RunResult, ScenarioResult } from './result.ts'
import type { RunScenariosOptions } from './run/run-files.ts'
import type { RunScenarioOptions } from './run/run-scenario.ts'
import type { Scenario } from './scenario.ts'

const SHARED = {
  set: object,
  seed: string,
  until: string,
  specs: strings,
  variant: either(string, strings),
  headers: stringByName,
  attemptTimeoutMs: milliseconds,
  env: object,
  onProgress: callback,
  signal: object,
  keep: callback,
  reproduceWith: strings,
}

const ONE: OptionKinds<RunScenarioOptions> = {
  ...SHARED,
  receiver: either(object, { words: 'null', fits: (value) => value === null }),
  port,
  onReady: callback,
  diagnose: callback,
}

const SEVERAL: OptionKinds<RunScenariosOptions> = {
  ...SHARED,
  receiver: object,
  command: object,
  restartEach: boolean,
  secret: string,
  secretEnv: string,
  jobs: count,
  bail: boolean,
}

// What runs scenarios is loaded with the first run, and not with the library.

/**
 * Runs one scenario, on a mock of its own. What the file, the receiver or the network did is in the result; it
 * rejects for bad options, and for nothing else.
 *
 * @param source a file, or what {@link loadScenario} made of one
 * @example const { status, steps } = await runScenario('scenarios/happy-path.yaml')
 */
export async function runScenario(
  source: string | Scenario,
  options: RunScenarioOptions = {},
): Promise<ScenarioResult> {
  checkArgument('the scenario to run', source, either(string, object))
  checkOptions('the options of runScenario', options, ONE)
  const engine = await import('./run/run-scenario.ts')
  return engine.runScenario(source, options)
}

/** Runs files one after the other, or several at a time; whatever happens, each has a result. */
export async function runScenarios(
  files: readonly string[],
  options: RunScenariosOptions = {},
): Promise<RunResult> {
  checkArgument('the scenarios to run', files, strings)
  checkOptions('the options of runScenarios', options, SEVERAL)
  const engine = await import('./run/run-files.ts')
  return engine.runScenarios(files, options)
}

/** Reads a scenario file. @throws MockError (input) with everything that is wrong with it */
export async function loadScenario(...file: Parameters<typeof Load>): Promise<Scenario> {
  const engine = await import('./file/load.ts')
  return engine.loadScenario(...file)
}
