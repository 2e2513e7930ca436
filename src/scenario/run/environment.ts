import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { type Coverage, mergeCoverage } from '../../core/coverage.ts'
import { createFeed } from '../../core/feed.ts'
import type { JsonObject } from '../../core/json.ts'
import type { KeptViolation } from '../../core/model.ts'
import { trustedOrigin } from '../../delivery/egress.ts'
import type { FaultId } from '../../fault/fault.ts'
import { type Mock, type MockOptions, startMock } from '../../mock/start-mock.ts'
import type { AnswerWord } from '../../receiver/answer.ts'
import { type Receiver, startReceiver } from '../../receiver/receiver.ts'
import { loadProvider } from '../../spec/load.ts'
import type { SeenRequest } from '../expectations/facts.ts'
import type { KnownOptions } from '../file/known-providers.ts'
import type { Situation } from '../situation.ts'
/** The receiver that a user gave. */
export interface GivenReceiver {
  readonly url: string
  /** Of webhooks that lead there. Default: a new one in the provider's format. */
  readonly secret?: string | undefined
}

/** How the environment of a scenario is to be, beside what its file says. */
export interface EnvironmentOptions extends KnownOptions {
  /** Sent with every delivery. */
  readonly headers?: Readonly<Record<string, string>>
  /** In the place of the stand-in receiver. */
  readonly receiver?: GivenReceiver | null
  /** Of the mock. Default: any free one. */
  readonly port?: number
  /** How long an attempt waits. Default: what the file says, or the provider, but 1 s at most on a virtual clock. */
  readonly attemptTimeoutMs?: number
}

interface Run {
  readonly seed: string
  readonly clock: Clock
  /** Whether the mock can be restarted: its state is then kept in a file. */
  readonly restarts: boolean
}

/** What a scenario runs on: a mock of its own, and a stand-in receiver unless one was given. */
export interface Environment {
  readonly mock: Mock
  /** Id of the provider of whatever names none. */
  readonly defaultProvider: string
  readonly standIn: Receiver | null
  readonly receiverUrl: string
  /** What clients have called, oldest first, restarts of the mock included. */
  readonly requests: readonly SeenRequest[]
  /** Which contracts were broken, oldest first, restarts included. */
  readonly violations: readonly KeptViolation[]
  /** What was exercised, restarts included. */
  coverage(): Coverage
  /** Calls `listener` whenever something happens at the mock or arrives at the stand-in; returns how to stop. */
  watch(listener: () => void): () => void
  /** Puts a fault in force, again after each restart; answers a handle for {@link Environment.clearFaults}. */
  use(fault: JsonObject): number
  /** Takes one fault away, or all. */
  clearFaults(handle?: number): void
  /** The mock dies, with what is in flight cut off, and starts on the same state, where and when it was. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function openEnvironment(
  situation: Situation,
  options: EnvironmentOptions,
  { seed, clock, restarts }: Run,
): Promise<Environment> {
  const settings = { ...(await settingsOf(situation, options)), seed }
  const { receiver } = options
  const folder = restarts ? await mkdtemp(join(tmpdir(), 'hookproof-run-')) : null
  const db = folder === null ? {} : { db: join(folder, 'db.json') }
  const requests: SeenRequest[] = []
  const violations: KeptViolation[] = []
  const covered: Coverage[] = []
  const listeners = new Set<() => void>()
  const changed = () => {
    for (const listener of listeners) listener()
  }
  const feed = createFeed()
  feed.subscribe((entry) => {
    if (entry.type === 'request')
      requests.push({ ...entry.request, wall: clock.wall() - entry.request.durationMs })
    if (entry.type === 'violation') violations.push(entry.violation as KeptViolation)
    changed()
  })
  const removeState = async () => {
    if (folder !== null) await rm(folder, { recursive: true, force: true })
  }
  const start = (port: number) => startMock({ ...settings, ...db, feed, port })
  const faults = new Map<number, { readonly source: JsonObject; readonly id: FaultId }>()
  let used = 0
  let mock: Mock | undefined
  let standIn: Receiver | null = null
  const running = () => mock as Mock
  try {
    mock = await start(options.port ?? 0)
    if (!receiver) standIn = await openStandIn(situation, running, changed)
  } catch (error) {
    await mock?.close(0)
    await removeState()
    throw error
  }
  return {
    get mock() {
      return running()
    },
    defaultProvider: situation.providers[0] ?? '',
    standIn,
    receiverUrl: receiver?.url ?? `${standIn?.url ?? ''}/hooks`,
    requests,
    violations,
    coverage: () => mergeCoverage([...covered, running().coverage()]),
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    use(source) {
      const { id } = running().use(source)
      faults.set(++used, { source, id })
      return used
    },
    clearFaults(handle) {
      for (const [one, { id }] of [...faults]) {
        if (handle !== undefined && one !== handle) continue
        running().faults.remove(id)
        faults.delete(one)
      }
    },
    async restart() {
      const { origin, clock: before } = running()
      const now = before.now()
      covered.push(running().coverage())
      await running().close(0)
      mock = await start(Number(new URL(origin).port))
      const behind = now - running().clock.now()
      for (const [handle, { source }] of [...faults])
        faults.set(handle, { source, id: running().use(source).id })
      if (before.mode.kind === 'virtual' && behind > 0) await running().clock.advance(`${behind}ms`)
    },
    async close() {
      await running().close(0)
      await standIn?.close()
      await removeState()
    },
  }
}

async function settingsOf(
  situation: Situation,
  {
    specs,
    headers,
    receiver,
    attemptTimeoutMs = situation.attemptTimeoutMs ?? undefined,
  }: EnvironmentOptions,
): Promise<MockOptions> {
  return {
    ...(await documentsOf(situation, specs)),
    clock: situation.clock,
    ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }),
    ...(headers !== undefined && { deliveryHeaders: headers }),
    ...(receiver && { allowHosts: [trustedOrigin(receiver.url).host] }),
  }
}

/** The user's own documents by their files, of those providers that take part; the others are shipped. */
async function documentsOf(
  { providers }: Situation,
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

function openStandIn(situation: Situation, mock: () => Mock, changed: () => void): Promise<Receiver> {
  return startReceiver({
    respond: (situation.receiver?.respond ?? []) as readonly AnswerWord[],
    faults: { match: (plane, subject) => mock().faults.match(plane, subject) },
    providers: mock().providers,
    onDelivery: changed,
  })
}
