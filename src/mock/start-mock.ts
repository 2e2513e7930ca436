import { setImmediate } from 'node:timers/promises'
import express, { type Express } from 'express'
import { createAccounts } from '../api/accounts.ts'
import type { MockParts } from '../api/context.ts'
import { createCoverageLog } from '../api/coverage.ts'
import {
  createDeferredListener,
  type DeferredListener,
  type Listening,
  listen,
  unknownRoute,
  unreadableRequest,
} from '../api/listen.ts'
import { providerNamed } from '../api/lookup.ts'
import { deliveryValidator } from '../api/record-request.ts'
import { createRequestLog } from '../api/request-log.ts'
import { mountPaths, providerRouter } from '../api/router.ts'
import { webhookView } from '../api/views.ts'
import { loadContract } from '../contract/contract.ts'
import type { ControlParts } from '../control/call.ts'
import { createFeedStream } from '../control/feed-stream.ts'
import { guardCaller, hostCheck } from '../control/guard.ts'
import { openApiRouter } from '../control/openapi.ts'
import { controlRouter, loadControlOperations } from '../control/router.ts'
import { type ClockMode, createClock, parseClockMode } from '../core/clock.ts'
import { MockError, reported } from '../core/errors.ts'
import { createFeed, type Feed } from '../core/feed.ts'
import { lazily } from '../core/lazy.ts'
import { createKeyedMutex } from '../core/mutex.ts'
import { createRandom } from '../core/random.ts'
import { packageVersion } from '../core/version.ts'
import { createDeliveryQueue } from '../delivery/queue.ts'
import { createFaultRegistry } from '../fault/registry.ts'
import { loadProviders } from '../spec/load.ts'
import type { DeliveryPolicy, Provider } from '../spec/provider.ts'
import { createStore } from '../state/open.ts'
import type { Scope, Store } from '../state/store.ts'
import { faultScope } from './faults.ts'
import { isolate } from './isolated.ts'
import { type Mock, mockMethods } from './mock.ts'
import { type NetworkSettings, networkSettings } from './network.ts'
import { checkFilter, checkMockOptions, type MockOptions, type Reloadable, SCOPE } from './options.ts'
import { createStartup, type StartupState } from './setup.ts'

export type { EventReference } from './delivered.ts'
export type { IsolatedMock, Mock, MockClock } from './mock.ts'
export type {
  DeliveredOptions,
  DeliveryFilter,
  MockOptions,
  MockScope,
  Registration,
  Reloadable,
  TriggerOptions,
} from './options.ts'

/** Everything that is served on the one port. */
function createApp(
  parts: MockParts,
  {
    isKnownHost,
    ...control
  }: Pick<ControlParts, 'version' | 'reset' | 'stream'> & { readonly isKnownHost: (host: string) => boolean },
): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(guardCaller(isKnownHost, parts.feed))
  app.use('/_mock', controlRouter({ ...parts, ...control }))
  const providers = [...parts.providers.values()]
  for (const provider of providers) app.use(mountPaths(providers, provider), openApiRouter(parts, provider))
  for (const provider of providers) app.use(mountPaths(providers, provider), providerRouter(parts, provider))
  app.use(unknownRoute(providers, parts.settings.origin))
  app.use(unreadableRequest)
  return app
}

/** How long running requests may take to end when it stops. */
const GRACE_MS = 250

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
  const isKnownHost = hostCheck({ host: options.host ?? '127.0.0.1', serverNames: options.serverNames ?? [] })
  let listening: Listening | undefined
  const network = await networkSettings(options, (...address) => listening?.answersAt(...address) === true)
  const requests = createDeferredListener()
  // Before the state is opened: a start that finds the port busy has changed nothing.
  listening = await listen(requests.listener, options.port ?? 0, options.host)
  let store: Store | undefined
  try {
    store = await createStore({
      ...(options.db !== undefined && { file: options.db }),
      reset: options.reset ?? false,
      repair: options.repair ?? false,
      warn,
    })
    if (options.insecure === true) warn('Certificates of receivers are not checked: --insecure is set.')
    return await composeMock(options, {
      store,
      providers,
      feed,
      notices,
      requests,
      listening,
      network,
      isKnownHost,
    })
  } catch (error) {
    await listening.close(0)
    await store?.close()
    throw error
  }
}

interface Foundation {
  readonly store: Store
  readonly providers: readonly Provider[]
  readonly feed: Feed
  readonly notices: readonly string[]
  readonly requests: DeferredListener
  readonly listening: Listening
  readonly network: NetworkSettings
  readonly isKnownHost: (host: string) => boolean
}

async function composeMock(
  options: MockOptions,
  { store, providers, feed, notices, requests, listening, network, isKnownHost }: Foundation,
): Promise<Mock> {
  const { origin } = listening
  const { egress, tlsCheck, http } = network
  const byId = new Map(providers.map((provider) => [provider.id, provider]))
  const clock = createClock(clockMode(options.clock), store.latestInstant())
  const rng = createRandom(options.seed === undefined ? undefined : await seedFor(options.seed, store))
  const mutex = createKeyedMutex()
  const requestLog = createRequestLog()
  const coverage = createCoverageLog(byId)
  const unsubscribe = feed.subscribe(coverage.note)
  const faults = createFaultRegistry(rng.fork('faults'))
  const version = packageVersion()
  const contract = lazily(loadContract)
  const queue = createDeliveryQueue({
    store,
    clock,
    rng,
    feed,
    mutex,
    providers: byId,
    egress,
    faults,
    http,
    validate: deliveryValidator({ contract, requestLog, feed, store }),
  })
  const parts: MockParts = {
    providers: byId,
    store,
    clock,
    rng,
    feed,
    mutex,
    accounts: createAccounts(byId, { store, clock, rng }),
    queue,
    egress,
    tlsCheck,
    requestLog,
    coverage,
    faults,
    contract,
    settings: {
      strictUrls: options.strictUrls ?? false,
      strict: options.strict ?? false,
      origin: () => origin,
    },
  }
  let current = options
  const stream = createFeedStream(feed, clock.wall().toString(36))
  const startup = createStartup(parts, startupStateOf(options))
  const reset = async (scope: Scope = {}) => {
    const faultsOf = await faultScope(parts, scope)
    await queue.pause(async () => {
      await store.clear(scope)
      requestLog.clear(scope)
      faults.clear(faultsOf)
      await startup.apply(faultsOf)
    })
  }
  const reload = async (changed: Partial<Reloadable> = {}) => {
    const next = { ...current, ...changed }
    const documents = await providersOf(next)
    startup.check(startupStateOf(next), documents)
    await queue.pause(async () => {
      current = next
      byId.clear()
      for (const provider of documents) byId.set(provider.id, provider)
      await startup.change(startupStateOf(next))
      requests.open(createApp(parts, { version, reset, stream, isKnownHost }))
    })
  }
  await queue.recover()
  await startup.apply()
  requests.open(createApp(parts, { version, reset, stream, isKnownHost }))
  queue.wake()
  await loaded([contract, loadControlOperations, queue.warmUp]).catch(async (error: unknown) => {
    await queue.drain(0)
    throw error
  })

  let closing: Promise<void> | undefined
  const stop = async (drainMs: number) => {
    await queue.drain(drainMs)
    await listening.close(GRACE_MS)
    await store.close()
    unsubscribe()
  }
  const close = (drainMs = 10_000) => {
    closing ??= stop(drainMs)
    return closing
  }
  const methods = mockMethods(parts)
  const mock: Mock = {
    ...methods,
    isolated: (wanted = {}) => isolate(mock, parts.accounts, methods.trigger, wanted),
    origin,
    notices,
    get providers() {
      return [...byId.values()]
    },
    get registered() {
      return startup.registered.map(webhookView)
    },
    reload,
    url: (name) => `${origin}${providerNamed(parts, name).basePath}`,
    async reset(scope = {}) {
      await reset(checkFilter(parts, 'what mock.reset resets', scope, SCOPE) as Scope)
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  }
  return mock
}

async function providersOf(options: MockOptions): Promise<readonly Provider[]> {
  const { providers, specs, variant, deliveryHeaders } = options
  const chosen = await loadProviders(providers, specs, [variant ?? []].flat())
  if (chosen.length === 0)
    throw new MockError('input', 'NO_PROVIDER', 'Failed to start: the list of providers is empty.', {
      hint: 'Leave it out for all of them.',
    })
  if (deliveryHeaders === undefined) return chosen
  const withHeaders = (policy: DeliveryPolicy) => ({
    ...policy,
    headers: { ...policy.headers, ...deliveryHeaders },
  })
  return chosen.map((provider) => ({
    ...provider,
    delivery: withHeaders(provider.delivery),
    environments: new Map([...provider.environments].map(([name, policy]) => [name, withHeaders(policy)])),
  }))
}

function startupStateOf({ register = [], faults = [] }: MockOptions): StartupState {
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

/**
 * Loads what no running mock can do without: what cannot be loaded at some later moment, since the process has no file descriptor
 * left just then, would fail every request. It takes longer than the rest of a start, and who waits for the first answer has it by
 * then. @throws MockError (environment)
 */
async function loaded(parts: readonly (() => Promise<unknown>)[]): Promise<void> {
  try {
    for (const load of parts) {
      await setImmediate()
      await load()
    }
  } catch (cause) {
    const error = reported(cause)
    if (error instanceof MockError) throw error
    const { message } = cause as Error
    throw new MockError('environment', 'NOT_LOADED', `Failed to start: ${message.replace(/\.$/, '')}.`, {
      cause,
      hint: 'Install hookproof again.',
    })
  }
}
