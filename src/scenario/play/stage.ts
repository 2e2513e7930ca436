import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { MockError } from '../../core/errors.ts'
import { createFeed } from '../../core/feed.ts'
import type { JsonObject } from '../../core/json.ts'
import { type Mock, type MockOptions, startMock } from '../../mock.ts'
import type { AnswerWord } from '../../receiver/receiver-answer.ts'
import { type Receiver, startReceiver } from '../../receiver/start-receiver.ts'
import { loadProvider } from '../../spec/shipped.ts'
import type { SeenRequest } from '../expectations/facts.ts'
import type { Scenario } from '../scenario.ts'

/** The receiver that a user gave. */
export interface GivenReceiver {
  readonly url: string
  /** Of webhooks that lead there. Default: the provider's own making. */
  readonly secret?: string | undefined
}

export interface StageOptions {
  /** Sent with every delivery. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly specs?: readonly string[] | undefined
  readonly receiver?: GivenReceiver | undefined
  readonly port?: number | undefined
  readonly seed: string
  readonly clock: Clock
}

/** What a scenario plays on: a mock of its own, and a stand-in receiver unless one was given. */
export interface Stage {
  readonly mock: Mock
  readonly standIn: Receiver | null
  readonly receiverUrl: string
  /** What clients have called, oldest first, restarts of the mock included. */
  readonly requests: readonly SeenRequest[]
  /** Reads from the control API. */
  get<T>(path: string): Promise<T>
  /** Puts a fault in force, again after each restart. */
  use(fault: JsonObject): string
  lift(id: string | null): void
  /** The mock dies, with what is in flight cut off, and starts on the same state, where it was. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function openStage(scenario: Scenario, options: StageOptions): Promise<Stage> {
  const needsFile = scenario.steps.some(({ kind }) => kind === 'restart')
  const folder = needsFile ? await mkdtemp(join(tmpdir(), 'hookproof-run-')) : null
  const requests: SeenRequest[] = []
  const feed = createFeed()
  feed.subscribe((entry) => {
    if (entry.type !== 'request') return
    requests.push({ ...entry.request, wall: options.clock.wall() - entry.request.durationMs })
  })
  const settings: MockOptions = {
    ...(await documentsOf(scenario, options.specs)),
    clock: scenario.clock,
    seed: options.seed,
    feed,
    ...(options.headers !== undefined && { deliveryHeaders: options.headers }),
    ...(folder !== null && { db: join(folder, 'db.json') }),
    ...(options.receiver !== undefined && { allowHosts: [new URL(options.receiver.url).host] }),
  }
  const sources = new Map<string, JsonObject>()
  let mock = await startMock({ ...settings, ...(options.port !== undefined && { port: options.port }) })
  let standIn: Receiver | null = null
  try {
    standIn = options.receiver === undefined ? await openStandIn(scenario, () => mock) : null
  } catch (error) {
    await mock.close(0)
    throw error
  }
  return {
    get mock() {
      return mock
    },
    standIn,
    receiverUrl: options.receiver?.url ?? `${standIn?.url ?? ''}/hooks`,
    requests,
    get: (path) => read(mock.origin, path),
    use(fault) {
      const { id } = mock.use(fault)
      sources.set(id, fault)
      return id
    },
    lift(id) {
      for (const one of id === null ? [...sources.keys()] : [id]) {
        mock.faults.remove(one as never)
        sources.delete(one)
      }
    },
    async restart() {
      const { port } = new URL(mock.origin)
      await mock.close(0)
      mock = await startMock({ ...settings, port: Number(port) })
      for (const [id, fault] of [...sources]) {
        sources.delete(id)
        sources.set(mock.use(fault).id, fault)
      }
    },
    async close() {
      await mock.close(0)
      await standIn?.close()
      if (folder !== null) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Documents of one's own come by their files, and only those that are played with; the others are shipped. */
async function documentsOf(
  { providers }: Scenario,
  specs: readonly string[] = [],
): Promise<Pick<MockOptions, 'providers' | 'specs'>> {
  const own = await Promise.all(
    specs.map(async (file) => ({ file, id: (await loadProvider(file)).id as string })),
  )
  return {
    providers: providers.filter((id) => own.every((one) => one.id !== id)),
    specs: own.filter(({ id }) => providers.includes(id)).map(({ file }) => file),
  }
}

function openStandIn(scenario: Scenario, mock: () => Mock): Promise<Receiver> {
  return startReceiver({
    respond: (scenario.receiver?.respond ?? []) as readonly AnswerWord[],
    faults: { strike: (plane, subject) => mock().faults.strike(plane, subject) },
    providers: mock().providers,
  })
}

async function read<T>(origin: string, path: string): Promise<T> {
  const { request } = await import('undici')
  const { statusCode, body } = await request(`${origin}/_mock${path}`)
  const answer = (await body.json()) as T
  if (statusCode < 300) return answer
  throw new MockError(
    'fault',
    'CONTROL_FAILED',
    `Failed to read ${path} of the mock: it answered ${statusCode}.`,
  )
}
