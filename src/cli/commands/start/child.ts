import { portOf } from '../../../core/address.ts'
import type { Mock } from '../../../mock/start-mock.ts'
import { exitCodeOf, providerUrls, providerVariable, startError } from '../../../scenario/run/process.ts'
import { namesFor } from '../../../spec/names.ts'

export interface ChildCommand {
  /** Its exit code; 128 and the signal's number when a signal ended it, as shells have it. */
  readonly exited: Promise<number>
  /** Asks it to end, and kills it when it has not within 5 s or `atMostMs`. */
  end(atMostMs: number): Promise<void>
}

const GRACE_MS = 5_000

/** Starts the command after `--` in this terminal. With `--format json` stdout carries JSON only, so its output goes to stderr. */
export async function startChild(
  [file = '', ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { stdoutIsOurs }: { readonly stdoutIsOurs: boolean },
): Promise<ChildCommand> {
  const { execa } = await import('execa')
  const ended = execa(file, args, {
    env,
    extendEnv: false,
    stdio: ['inherit', stdoutIsOurs ? 2 : 'inherit', 'inherit'],
    reject: false,
    cleanup: false,
    forceKillAfterDelay: false,
  })
  if (ended.pid === undefined) throw startError(`"${file}"`, (await ended).cause, 'Check what follows "--".')
  const exited = ended.then(exitCodeOf)
  return {
    exited,
    async end(atMostMs) {
      ended.kill()
      const kill = setTimeout(() => ended.kill('SIGKILL'), Math.max(0, Math.min(GRACE_MS, atMostMs)))
      await exited
      clearTimeout(kill)
    },
  }
}

interface CommandEnvironment {
  readonly env: Readonly<Record<string, string>>
  /** `{port}` is filled in. */
  readonly command: readonly string[]
}

/**
 * Environment variables for the command after `--`: HOOKPROOF_URL and HOOKPROOF_<PROVIDER>_URL, and where `--forward-to` makes it
 * the receiver also PORT, the secret, and HOOKPROOF_<PROVIDER>_SECRET for each webhook.
 */
export function commandEnvironment(
  mock: Pick<Mock, 'origin' | 'providers' | 'registered'>,
  command: readonly string[],
  { receiverUrl, secretEnv }: { readonly receiverUrl: string | undefined; readonly secretEnv: string },
): CommandEnvironment {
  const secrets = mock.registered.flatMap(({ provider: id, secret }) => {
    const provider = mock.providers.find((one) => one.id === id)
    const names = provider === undefined ? [id] : namesFor(mock.providers, provider)
    return names.map((name) => [providerVariable(name, 'SECRET'), secret])
  })
  const first = mock.registered[0]
  const port = receiverUrl === undefined ? undefined : String(portOf(new URL(receiverUrl)))
  return {
    env: {
      ...providerUrls(mock.origin, mock.providers),
      ...Object.fromEntries(secrets),
      ...(port !== undefined && { PORT: port }),
      ...(first !== undefined && { [secretEnv]: first.secret }),
    },
    command: port === undefined ? command : command.map((word) => word.replaceAll('{port}', port)),
  }
}
