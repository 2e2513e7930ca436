import { newSecret } from '../api/new-webhook.ts'
import type { Clock } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import { createChance } from '../core/ids.ts'
import type { Mock } from '../mock.ts'
import type { Provider } from '../spec/provider.ts'
import type { GivenReceiver } from './play/stage.ts'
import {
  fixedPort,
  freePort,
  type ReceiverCommand,
  type RunningReceiver,
  receiverUrl,
  saidLast,
  startReceiverCommand,
} from './receiver-command.ts'
import type { Ended } from './steps/command.ts'
import { providerUrls } from './steps/provider-urls.ts'

export interface SharedReceiver {
  readonly receiver: GivenReceiver
  /** The same for every mock of the run: the command was told it once. */
  readonly mockPort: number
  readonly onReady: (mock: Mock) => Promise<void>
  /** Why nothing can be judged any more, should it have died; asked where something went wrong. */
  readonly complaint: () => Promise<MockError | null>
  /** Whether there will be none for the files that follow. */
  readonly isLost: () => boolean
  /** Ends it; the next file starts another one. */
  end(): Promise<void>
}

export interface Sharing {
  /** Whose addresses the command is told: those of every file. */
  readonly providers: readonly Provider[]
  /** Default: made up, in the form in which the first mock's provider makes its own. */
  readonly secret: string | undefined
  readonly secretEnv: string
  readonly seed: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** A crash shows on the wire before the system tells of it. */
const NEWS_MS = 200

/** One command for all files: it is started once the first mock is ready, and the mocks after it take the same port. */
export async function shareReceiver(
  command: ReceiverCommand,
  { providers, secret: given, secretEnv, seed, env, clock, signal }: Sharing,
): Promise<SharedReceiver> {
  const port = fixedPort(command) ?? (await freePort())
  const mockPort = await freePort()
  const chance = createChance(seed).apart('receiver')
  let secret = given
  let running: RunningReceiver | null = null
  let failure: MockError | null = null
  let death: MockError | null = null

  const begin = async (mock: Mock) => {
    const [first] = mock.providers
    if (first !== undefined) secret ??= newSecret(first, chance)
    const urls = providerUrls(mock.origin, [...providers, ...mock.providers])
    const started = await startReceiverCommand(command, {
      port,
      env: { ...env, ...urls, [secretEnv]: secret },
      clock,
      signal,
    })
    running = started
    void started.ended.then((ended) => {
      if (running !== started) return
      running = null
      death = died(command, ended)
    })
  }
  return {
    receiver: {
      url: receiverUrl(command, port),
      get secret() {
        return secret
      },
    },
    mockPort,
    async onReady(mock) {
      // What did not come up once is not waited for again by every file.
      if (failure !== null) throw failure
      if (death !== null) throw death
      if (running !== null) return
      await begin(mock).catch((error) => {
        failure = error
        throw error
      })
    },
    async complaint() {
      if (running !== null) await Promise.race([running.ended, pause(NEWS_MS)])
      return failure ?? death
    },
    isLost: () => failure !== null || death !== null,
    async end() {
      const ending = running
      running = null
      death = null
      await ending?.end()
    },
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function died({ words }: ReceiverCommand, ended: Ended): MockError {
  return new MockError(
    'environment',
    'COMMAND_DIED',
    `Failed to go on: the receiver "${words.join(' ')}" ended with code ${ended.exit}; it has to stay up until the run is over.`,
    { hint: saidLast(ended, 'It printed nothing.') },
  )
}
