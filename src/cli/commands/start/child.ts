import { portOf } from '../../../core/address.ts'
import type { Mock } from '../../../mock/start-mock.ts'
import { cannotStart, exitOf } from '../../../scenario/run/process.ts'

export interface ChildCommand {
  /** Its exit code; 128 and the signal's number when a signal ended it, as shells have it. */
  readonly exited: Promise<number>
  /** Asks it to end, and kills it when it has not within 5 s. */
  end(): Promise<void>
}

const GRACE_MS = 5_000

/** Starts the command with our terminal. Under `--format json` stdout is ours alone, so its lines go to stderr. */
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
    forceKillAfterDelay: GRACE_MS,
  })
  if (ended.pid === undefined) throw cannotStart(`"${file}"`, (await ended).cause, 'Check what follows "--".')
  const exited = ended.then(exitOf)
  return {
    exited,
    async end() {
      ended.kill()
      await exited
    },
  }
}

interface CommandEnvironment {
  readonly env: Readonly<Record<string, string>>
  /** `{port}` is filled in. */
  readonly command: readonly string[]
}

/**
 * What the environment of the command after `--` says of the mock: HOOKPROOF_URL and HOOKPROOF_<PROVIDER>_URL, and where `--forward-to`
 * names it as the receiver, PORT, the secret, and HOOKPROOF_<PROVIDER>_SECRET for each webhook.
 */
export function commandEnvironment(
  mock: Pick<Mock, 'origin' | 'url' | 'providers' | 'registered'>,
  command: readonly string[],
  { receiverUrl, secretEnv }: { readonly receiverUrl: string | undefined; readonly secretEnv: string },
): CommandEnvironment {
  const urls = mock.providers.map(({ id }) => [`HOOKPROOF_${variablePart(id)}_URL`, mock.url(id)])
  const secrets = mock.registered.map(({ provider, secret }) => [
    `HOOKPROOF_${variablePart(provider)}_SECRET`,
    secret,
  ])
  const first = mock.registered[0]
  const port = receiverUrl === undefined ? undefined : String(portOf(new URL(receiverUrl)))
  return {
    env: Object.fromEntries([
      ['HOOKPROOF_URL', mock.origin],
      ...urls,
      ...secrets,
      ...(port === undefined ? [] : [['PORT', port]]),
      ...(first === undefined ? [] : [[secretEnv, first.secret]]),
    ]),
    command: port === undefined ? command : command.map((word) => word.replaceAll('{port}', port)),
  }
}

function variablePart(id: string): string {
  return id.replaceAll('-', '_').toUpperCase()
}
