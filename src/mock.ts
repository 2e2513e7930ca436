import { createAccounts } from './api/accounts.ts'
import { createCoverageLog } from './api/coverage.ts'
import { deliveryJudge } from './api/delivery-judge.ts'
import { createFrontDoor, type FrontDoor } from './api/front-door.ts'
import { createJournal } from './api/journal.ts'
import { type Listening, listen } from './api/listen.ts'
import { providerNamed } from './api/named.ts'
import type { MockParts } from './api/parts.ts'
import { loadContract } from './contract/contract.ts'
import { type ClockMode, createClock, parseClockMode } from './core/clock.ts'
import { MockError } from './core/errors.ts'
import { createFeed, type Feed } from './core/feed.ts'
import { createChance } from './core/ids.ts'
import { createInTurn } from './core/in-turn.ts'
import { packageVersion } from './core/version.ts'
import { createDeliveryQueue } from './delivery/queue.ts'
import { createFaultBook } from './fault/create-fault-book.ts'
import { apartFrom } from './mock-apart.ts'
import { createApp } from './mock-app.ts'
import { type Mock, mockFace } from './mock-face.ts'
import { faultScope } from './mock-faults.ts'
import { checkFilter, checkMockOptions, type MockOptions, type Reloadable, SCOPE } from './mock-options.ts'
import { keepPlan, type Plan } from './mock-plan.ts'
import { type Reach, reachOf } from './mock-reach.ts'
import { chooseVariants } from './spec/choose-variants.ts'
import { loadProviders } from './spec/load-providers.ts'
import type { Provider } from './spec/provider.ts'
import { createStore } from './state/create-store.ts'
import type { Scope, Store } from './state/store.ts'

export type { MockApart } from './mock-apart.ts'
export type { DeliveredOptions, EventReference } from './mock-delivered.ts'
export type {
  DeliveryFilter,
  Mock,
  MockClock,
  MockScope,
  Registration,
  TriggerOptions,
} from './mock-face.ts'
export type { MockOptions, Reloadable } from './mock-options.ts'

/** How long running requests may take to end when it stops. */
const GRACE_MS = 250
const WARM_UP_MS = 250

/**
 * Starts a mock of webhook providers: their APIs, the control API and the deliveries. The only place that knows all
 * stages.
 *
 * @throws MockError for a bad option or document (input), a busy port or an unusable state file (environment).
 * @example const mock = await startMock({ providers: ['acme'] })
 */
export async function startMock(options: MockOptions = {}): Promise<Mock> {
  checkMockOptions(options)
  const feed = options.feed ?? createFeed()
  const notices: string[] = []
  const warn = (text: string) => {
    notices.push(text)
    feed.publish({ type: 'notice', text })
  }
  const providers = await providersOf(options)
  const reach = await reachOf(options)
  const door = createFrontDoor()
  // Before the state: whoever finds the port busy has touched nothing.
  const listening = await listen(door.listener, options.port ?? 0, options.host)
  let store: Store | undefined
  try {
    store = await createStore({
      ...(options.db !== undefined && { file: options.db }),
      reset: options.reset ?? false,
      warn,
    })
    if (options.insecure === true) warn('Certificates of receivers are not checked: --insecure is set.')
    return await startOn({ store, providers, feed, notices, door, listening, ...reach }, options)
  } catch (error) {
    await listening.close(0)
    await store?.close()
    throw error
  }
}

interface Ground extends Reach {
  readonly store: Store
  readonly providers: readonly Provider[]
  readonly feed: Feed
  readonly notices: readonly string[]
  readonly door: FrontDoor
  readonly listening: Listening
}

async function startOn(ground: Ground, options: MockOptions): Promise<Mock> {
  const { store, providers, feed, notices, door, listening, egress, tlsCheck, exchange } = ground
  const { origin } = listening
  const byId = new Map(providers.map((provider) => [provider.id, provider]))
  const clock = createClock(clockMode(options.clock), store.latestInstant())
  const chance = createChance(options.seed === undefined ? undefined : await seedFor(options.seed, store))
  const inTurn = createInTurn()
  const journal = createJournal()
  const coverage = createCoverageLog(byId)
  const leaveFeed = feed.subscribe(coverage.note)
  const faults = createFaultBook(chance.apart('faults'))
  const version = packageVersion()
  const contract = lazily(loadContract)
  const queue = createDeliveryQueue({
    store,
    clock,
    chance,
    feed,
    inTurn,
    providers: byId,
    egress,
    faults,
    version,
    exchange,
    judge: deliveryJudge({ contract, journal, feed, store }),
  })
  const parts: MockParts = {
    providers: byId,
    store,
    clock,
    chance,
    feed,
    inTurn,
    accounts: createAccounts(byId, store, chance),
    queue,
    egress,
    tlsCheck,
    journal,
    coverage,
    faults,
    contract,
    settings: {
      strictUrls: options.strictUrls ?? false,
      strict: options.strict ?? false,
      serverNames: options.serverNames ?? [],
      host: options.host ?? '127.0.0.1',
      origin: () => origin,
    },
  }
  let asked = options
  const plan = keepPlan(parts, planOf(options))
  const reset = async (scope: Scope = {}) => {
    const ofFaults = await faultScope(parts, scope)
    await queue.pause(async () => {
      await store.clear(scope)
      journal.clear(scope)
      faults.clear(ofFaults)
      await plan.lay(ofFaults)
    })
  }
  const reload = async (changed: Partial<Reloadable> = {}) => {
    const next = { ...asked, ...changed }
    const documents = await providersOf(next)
    plan.check(planOf(next), documents)
    await queue.pause(async () => {
      asked = next
      byId.clear()
      for (const provider of documents) byId.set(provider.id, provider)
      await plan.change(planOf(next))
      door.open(createApp(parts, { version, reset }))
    })
  }
  await queue.recover()
  await plan.lay()
  door.open(createApp(parts, { version, reset }))
  queue.wake()
  // The first request finds the contract engine and the HTTP client loaded, and the start did not wait for them.
  const warmUp = () => queue.warmUp().then(contract)
  // What cannot be loaded is told to whoever asks for it.
  const warming = setTimeout(() => void warmUp().catch(() => undefined), WARM_UP_MS).unref()

  let closing: Promise<void> | undefined
  const stop = async (drainMs: number) => {
    await queue.drain(drainMs)
    clearTimeout(warming)
    await listening.close(GRACE_MS)
    await store.close()
    leaveFeed()
  }
  const close = (drainMs = 10_000) => {
    closing ??= stop(drainMs)
    return closing
  }
  const mock: Mock = {
    ...mockFace(parts),
    apart: () => apartFrom(mock, parts.accounts),
    origin,
    notices,
    get providers() {
      return [...byId.values()]
    },
    get registered() {
      return plan.registered
    },
    reload,
    url: (name) => `${origin}${providerNamed(parts, name).basePath}`,
    async reset(scope = {}) {
      checkFilter(parts, 'what mock.reset resets', scope, SCOPE)
      await reset(scope as Scope)
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  }
  return mock
}

async function providersOf(options: MockOptions): Promise<readonly Provider[]> {
  const { providers, specs, variant, deliveryHeaders } = options
  const chosen = chooseVariants(await loadProviders(providers, specs), [variant ?? []].flat())
  if (chosen.length === 0)
    throw new MockError('input', 'NO_PROVIDER', 'Failed to start: the list of providers is empty.', {
      hint: 'Leave it out for all of them.',
    })
  if (deliveryHeaders === undefined) return chosen
  return chosen.map((provider) => ({
    ...provider,
    delivery: { ...provider.delivery, headers: { ...provider.delivery.headers, ...deliveryHeaders } },
  }))
}

function planOf({ register = [], faults = [] }: MockOptions): Plan {
  return { register, faults }
}

function clockMode(clock: MockOptions['clock']): ClockMode | undefined {
  return typeof clock === 'string' ? parseClockMode(clock) : clock
}

/** The same seed on kept state must not mint the same ids again; nor may they depend on when it is started. */
async function seedFor(seed: string, store: Store): Promise<string> {
  const { value: starts, change } = await store.nextNumber('log/starts', 0)
  await store.commit([change])
  const [newest] = (await store.deliveries({}, { limit: 1 })).items
  return starts === 0 && newest === undefined ? seed : [seed, starts, newest?.id].join('/')
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
