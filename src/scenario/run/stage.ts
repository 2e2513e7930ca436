import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { type Coverage, mergeCoverage } from '../../core/coverage.ts'
import { MockError } from '../../core/errors.ts'
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
import type { Scenario } from '../scenario.ts'
/** Asks the control API of a mock. @throws MockError (fault): the mock is ours, and so is what it answers. */
export async function readControl<T>(
  origin: string,
  path: string,
  { method = 'GET' }: { readonly method?: 'GET' | 'POST' } = {},
): Promise<T> {
  const { request } = await import('undici')
  const { statusCode, body } = await request(`${origin}/_mock${path}`, { method, reset: true })
  const text = await body.text()
  if (statusCode < 300) return JSON.parse(text) as T
  const what = `Failed to ask the mock for ${method} ${path}: it answered ${statusCode}.`
  throw new MockError('fault', 'CONTROL_FAILED', `${what} ${text}`)
}

/** The receiver that a user gave. */
export interface GivenReceiver {
  readonly url: string
  /** Of webhooks that lead there. Default: the provider's own making. */
  readonly secret?: string | undefined
}

interface EnvironmentOptions {
  readonly specs?: readonly string[] | undefined
  /** Sent with every delivery. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly receiver?: GivenReceiver | undefined
  readonly port?: number | undefined
  /** In place of the scenario's. */
  readonly attemptTimeoutMs?: number | undefined
  readonly seed: string
  readonly clock: Clock
}

/** What a scenario plays on: a mock of its own, and a stand-in receiver unless one was given. */
export interface Environment {
  readonly mock: Mock
  readonly standIn: Receiver | null
  readonly receiverUrl: string
  /** What clients have called, oldest first, restarts of the mock included. */
  readonly requests: readonly SeenRequest[]
  /** Which contracts were broken, oldest first, restarts included. */
  readonly violations: readonly KeptViolation[]
  /** What was exercised, restarts included. */
  coverage(): Coverage
  /** Reads from the control API. */
  get<T>(path: string): Promise<T>
  /** Calls `listener` whenever something happens at the mock or arrives at the stand-in; returns how to stop. */
  watch(listener: () => void): () => void
  /** Puts a fault in force, again after each restart; answers a handle for {@link Environment.lift}. */
  use(fault: JsonObject): number
  /** Takes one fault away, or all. */
  lift(handle: number | null): void
  /** The mock dies, with what is in flight cut off, and starts on the same state, where and when it was. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function openEnvironment(scenario: Scenario, options: EnvironmentOptions): Promise<Environment> {
  const settings = await settingsOf(scenario, options)
  const needsFile = scenario.steps.some(({ kind }) => kind === 'restart')
  const folder = needsFile ? await mkdtemp(join(tmpdir(), 'hookproof-run-')) : null
  const db = folder === null ? {} : { db: join(folder, 'db.json') }
  const requests: SeenRequest[] = []
  const violations: KeptViolation[] = []
  const covered: Coverage[] = []
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  const feed = createFeed()
  feed.subscribe((entry) => {
    if (entry.type === 'request')
      requests.push({ ...entry.request, wall: options.clock.wall() - entry.request.durationMs })
    if (entry.type === 'violation') violations.push(entry.violation as KeptViolation)
    tell()
  })
  const forget = async () => {
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
    if (options.receiver === undefined) standIn = await openStandIn(scenario, () => running(), tell)
  } catch (error) {
    await mock?.close(0)
    await forget()
    throw error
  }
  return {
    get mock() {
      return running()
    },
    standIn,
    receiverUrl: options.receiver?.url ?? `${standIn?.url ?? ''}/hooks`,
    requests,
    violations,
    coverage: () => mergeCoverage([...covered, running().coverage()]),
    get: (path) => readControl(running().origin, path),
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    use(source) {
      const { id } = running().use(source)
      faults.set(++used, { source, id })
      return used
    },
    lift(handle) {
      for (const [one, { id }] of handle === null ? [...faults] : pick(faults, handle)) {
        running().faults.remove(id)
        faults.delete(one)
      }
    },
    async restart() {
      const { origin, clock } = running()
      const now = clock.now()
      covered.push(running().coverage())
      await running().close(0)
      mock = await start(Number(new URL(origin).port))
      const behind = now - running().clock.now()
      for (const [handle, { source }] of [...faults])
        faults.set(handle, { source, id: running().use(source).id })
      if (clock.mode.kind === 'virtual' && behind > 0) await running().clock.advance(`${behind}ms`)
    },
    async close() {
      await running().close(0)
      await standIn?.close()
      await forget()
    },
  }
}

function pick<K, V>(map: ReadonlyMap<K, V>, key: K): readonly (readonly [K, V])[] {
  const value = map.get(key)
  return value === undefined ? [] : [[key, value]]
}

async function settingsOf(
  scenario: Scenario,
  {
    specs,
    headers,
    receiver,
    seed,
    attemptTimeoutMs = scenario.attemptTimeoutMs ?? undefined,
  }: EnvironmentOptions,
): Promise<MockOptions> {
  return {
    ...(await documentsOf(scenario, specs)),
    clock: scenario.clock,
    seed,
    ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }),
    ...(headers !== undefined && { deliveryHeaders: headers }),
    ...(receiver !== undefined && { allowHosts: [trustedOrigin(receiver.url).host] }),
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

function openStandIn(scenario: Scenario, mock: () => Mock, tell: () => void): Promise<Receiver> {
  return startReceiver({
    respond: (scenario.receiver?.respond ?? []) as readonly AnswerWord[],
    faults: { match: (plane, subject) => mock().faults.match(plane, subject) },
    providers: mock().providers,
    onDelivery: tell,
  })
}
