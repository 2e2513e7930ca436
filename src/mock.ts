import { readFile } from 'node:fs/promises'
import express from 'express'
import { createAccounts } from './api/accounts.ts'
import { deliveryJudge } from './api/delivery-judge.ts'
import { createJournal } from './api/journal.ts'
import { type Listening, listen } from './api/listen.ts'
import { providerNamed } from './api/named.ts'
import type { MockParts } from './api/parts.ts'
import { providerRouter } from './api/provider-router.ts'
import { registerAtStart } from './api/register-at-start.ts'
import { unknownRoute, unreadableRequest } from './api/unknown-route.ts'
import { loadContract } from './contract/contract.ts'
import { controlRouter } from './control/control-router.ts'
import { createClock } from './core/clock.ts'
import { MockError } from './core/errors.ts'
import { createFeed, type Feed } from './core/feed.ts'
import { createChance } from './core/ids.ts'
import { createInTurn } from './core/in-turn.ts'
import { packageVersion } from './core/version.ts'
import type { Webhook } from './core/webhook.ts'
import { createEgress } from './delivery/egress.ts'
import { createDeliveryQueue } from './delivery/queue.ts'
import { type Mock, type MockOptions, mockFace } from './mock-face.ts'
import { loadProviders } from './spec/load-providers.ts'
import type { Provider } from './spec/provider.ts'
import { createStore } from './state/create-store.ts'
import type { Scope, Store } from './state/store.ts'

export type { Mock, MockOptions, TriggerOptions } from './mock-face.ts'

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
  const feed = options.feed ?? createFeed()
  const notices: string[] = []
  const providers = await loadProviders(options.providers, options.specs)
  const store = await createStore({
    ...(options.db !== undefined && { file: options.db }),
    reset: options.reset ?? false,
    warn: (text) => {
      notices.push(text)
      feed.publish({ type: 'notice', text })
    },
  })
  try {
    return await startOn(store, providers, options, feed, notices)
  } catch (error) {
    await store.close()
    throw error
  }
}

async function startOn(
  store: Store,
  providers: readonly Provider[],
  options: MockOptions,
  feed: Feed,
  notices: readonly string[],
): Promise<Mock> {
  const byId = new Map(providers.map((provider) => [provider.id, provider]))
  const clock = createClock(options.clock, store.latestInstant())
  const chance = createChance(
    options.seed === undefined ? undefined : seedFor(options.seed, store.latestInstant()),
  )
  const inTurn = createInTurn()
  const journal = createJournal()
  const version = packageVersion()
  const register = options.register ?? []
  const egress = createEgress({
    allowHosts: options.allowHosts ?? [],
    forward: options.forward ?? [],
    trusted: register.map(({ url }) => url),
  })
  const contract = lazily(loadContract)
  const queue = createDeliveryQueue({
    store,
    clock,
    chance,
    feed,
    inTurn,
    providers: byId,
    egress,
    version,
    exchange: {
      ...(options.ca !== undefined && { ca: await readCertificates(options.ca) }),
      insecure: options.insecure ?? false,
      ...(options.attemptTimeoutMs !== undefined && { attemptTimeoutMs: options.attemptTimeoutMs }),
    },
    judge: deliveryJudge({ contract, journal, feed }),
  })
  let listening: Listening | undefined
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
    journal,
    contract,
    settings: {
      strictUrls: options.strictUrls ?? false,
      serverNames: options.serverNames ?? [],
      host: options.host ?? '127.0.0.1',
      origin: () => listening?.origin ?? '',
    },
  }
  let registered: readonly Webhook[] = []
  const reset = async (scope: Scope = {}) => {
    await queue.pause(async () => {
      await store.clear(scope)
      journal.clear(scope)
      registered = await registerAtStart(parts, register)
    })
  }
  await queue.recover()
  registered = await registerAtStart(parts, register)
  listening = await listen(createApp(parts, { version, reset }), options.port ?? 0, options.host)
  const { origin } = listening
  queue.wake()
  // The first request finds the contract engine and the HTTP client loaded, and the start did not wait for them.
  const warming = setTimeout(() => void queue.warmUp().then(contract), WARM_UP_MS).unref()

  let closing: Promise<void> | undefined
  const stop = async (drainMs: number) => {
    await queue.drain(drainMs)
    clearTimeout(warming)
    await listening?.close(GRACE_MS)
    await store.close()
  }
  const close = (drainMs = 10_000) => {
    closing ??= stop(drainMs)
    return closing
  }
  return {
    ...mockFace(parts),
    origin,
    notices,
    get registered() {
      return registered
    },
    url: (name) => `${origin}${providerNamed(parts, name).basePath}`,
    reset,
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

function createApp(
  parts: MockParts,
  control: { readonly version: string; readonly reset: (scope?: Scope) => Promise<void> },
) {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use('/_mock', controlRouter({ ...parts, ...control }))
  for (const provider of parts.providers.values()) app.use(provider.basePath, providerRouter(parts, provider))
  app.use(unknownRoute([...parts.providers.values()], parts.settings.origin))
  app.use(unreadableRequest)
  return app
}

async function readCertificates(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new MockError(
      'input',
      'BAD_CA',
      `Failed to read the certificates in ${file}: ${(cause as Error).message}.`,
      {
        hint: 'Name a PEM file with --ca.',
        cause,
      },
    )
  }
}

/** The same seed on kept state must not mint the same ids again. */
function seedFor(seed: string, latest: number): string {
  return latest === 0 ? seed : `${seed}/${latest}`
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
