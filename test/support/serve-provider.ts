import express from 'express'
import { createAccounts } from '../../src/api/accounts.ts'
import type { MockParts } from '../../src/api/context.ts'
import { createCoverageLog } from '../../src/api/coverage.ts'
import { listen } from '../../src/api/listen.ts'
import { createRequestLog } from '../../src/api/request-log.ts'
import { providerRouter } from '../../src/api/router.ts'
import { loadContract } from '../../src/contract/contract.ts'
import { createClock } from '../../src/core/clock.ts'
import { createFeed } from '../../src/core/feed.ts'
import { createKeyedMutex } from '../../src/core/mutex.ts'
import { createRandom } from '../../src/core/random.ts'
import { createEgress } from '../../src/delivery/egress.ts'
import { createDeliveryQueue } from '../../src/delivery/queue.ts'
import { createTlsCheck } from '../../src/delivery/tls-check.ts'
import { createFaultRegistry } from '../../src/fault/registry.ts'
import type { Provider } from '../../src/spec/provider.ts'
import { createStore } from '../../src/state/open.ts'
import type { Store } from '../../src/state/store.ts'

/** One provider's API over real HTTP, on a store that a test may have wrapped. */
export async function serveProvider(provider: Provider, wrap: (store: Store) => Store = (store) => store) {
  const store = wrap(await createStore({ warn: () => undefined }))
  const clock = createClock()
  const rng = createRandom('serve-provider')
  const feed = createFeed()
  const mutex = createKeyedMutex()
  const providers = new Map([[provider.id, provider]])
  const egress = createEgress({ allowHosts: [], forward: [], trusted: [] })
  const queue = createDeliveryQueue({
    store,
    clock,
    rng,
    feed,
    mutex,
    providers,
    egress,
    http: { insecure: false },
  })
  const parts: MockParts = {
    providers,
    store,
    clock,
    rng,
    feed,
    mutex,
    accounts: createAccounts(providers, { store, clock, rng }),
    queue,
    egress,
    tlsCheck: createTlsCheck(egress, {}),
    requestLog: createRequestLog(),
    coverage: createCoverageLog([]),
    faults: createFaultRegistry(rng.fork('faults')),
    contract: () => loadContract(),
    settings: { strictUrls: false, strict: false, origin: () => '' },
  }
  const app = express().use(`/${provider.id}`, providerRouter(parts, provider))
  const listening = await listen(app, 0, '127.0.0.1')
  return {
    parts,
    origin: listening.origin,
    url: `${listening.origin}${provider.basePath}`,
    async close() {
      await queue.drain(1_000)
      await listening.close(100)
    },
  }
}
