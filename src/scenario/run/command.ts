import type { ScenarioContext } from './context.ts'
import { type CommandResult, providerUrls, type RunningCommand, startCommand, waitAtMost } from './process.ts'
import { rememberAnswer, type Variables } from './variables.ts'

/** A command of a scenario: file and arguments; one string is run by the shell. */
export interface Command {
  readonly command: string | readonly string[]
  /** Beside the mock's addresses, HOOKPROOF_URL and HOOKPROOF_<PROVIDER>_URL, and RECEIVER_URL. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string | null
}

export function startStepCommand(
  { env: ownEnv, clock, environment: { mock, receiverUrl } }: ScenarioContext,
  { command, env, cwd = null }: Command,
): Promise<RunningCommand> {
  const urls = { ...providerUrls(mock.origin, mock.providers), RECEIVER_URL: receiverUrl }
  return startCommand(command, { env: { ...ownEnv, ...urls, ...env }, cwd, clock })
}

/** Runs a command until it ends, and remembers its result under the name in `as`. */
export async function runStepCommand(
  context: ScenarioContext,
  command: Command,
  { timeoutMs, as }: { readonly timeoutMs: number; readonly as: string | null },
): Promise<CommandResult> {
  const result = await waitAtMost(await startStepCommand(context, command), timeoutMs, context.signal)
  if (as !== null) rememberResult(context.variables, as, result)
  return result
}

/** `$name.status` is its exit code, `$name.body.stdout` what it printed. */
function rememberResult(variables: Variables, name: string, result: CommandResult): void {
  const { exitCode, stdout, stderr, durationMs } = result
  const body = { exit: exitCode, stdout, stderr }
  rememberAnswer(variables, name, { status: exitCode, headers: {}, body, error: null, durationMs })
}

export function commandText(command: Command['command']): string {
  return typeof command === 'string' ? command : command.join(' ')
}
