import type { Provider } from '../../spec/provider.ts'
import type { ScenarioContext } from './context.ts'
import { type Ended, type Running, startCommand, within } from './process.ts'
import { rememberAnswer, type Variables } from './variables.ts'

/** HOOKPROOF_URL, and HOOKPROOF_<PROVIDER>_URL for each. */
export function providerUrls(
  origin: string,
  providers: readonly Pick<Provider, 'id' | 'basePath'>[],
): Readonly<Record<string, string>> {
  const urls = providers.map(({ id, basePath }) => [
    `HOOKPROOF_${id.replaceAll('-', '_').toUpperCase()}_URL`,
    `${origin}${basePath}`,
  ])
  return { HOOKPROOF_URL: origin, ...Object.fromEntries(urls) }
}

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
): Promise<Running> {
  const urls = { ...providerUrls(mock.origin, mock.providers), RECEIVER_URL: receiverUrl }
  return startCommand(command, { env: { ...ownEnv, ...urls, ...env }, cwd, clock })
}

/** Runs a command to its end, which is remembered under a name. */
export async function runStepCommand(
  context: ScenarioContext,
  command: Command,
  { timeoutMs, as }: { readonly timeoutMs: number; readonly as: string | null },
): Promise<Ended> {
  const ended = await within(await startStepCommand(context, command), timeoutMs, context.signal)
  if (as !== null) rememberEnd(context.variables, as, ended)
  return ended
}

/** `$name.status` is its exit code, `$name.body.stdout` what it printed. */
function rememberEnd(variables: Variables, name: string, ended: Ended): void {
  const { exit, stdout, stderr, durationMs } = ended
  const body = { exit, stdout, stderr }
  rememberAnswer(variables, name, { status: exit, headers: {}, body, error: null, durationMs })
}

export function commandText(command: Command['command']): string {
  return typeof command === 'string' ? command : command.join(' ')
}
