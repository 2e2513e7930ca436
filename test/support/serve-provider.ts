import express from 'express'
import { createAccounts } from '../../src/api/accounts.ts'
import { createCoverageLog } from '../../src/api/coverage.ts'
import { createJournal } from '../../src/api/journal.ts'
import { listen } from '../../src/api/listen.ts'
import type { MockParts } from '../../src/api/parts.ts'
import { providerRouter } from '../../src/api/provider-router.ts'
import { loadContract } from '../../src/contract/contract.ts'
import { createClock } from '../../src/core/clock.ts'
import { createFeed } from '../../src/core/feed.ts'
import { createChance } from '../../src/core/ids.ts'
import { createInTurn } from '../../src/core/in-turn.ts'
import { createEgress } from '../../src/delivery/egress.ts'
import { createDeliveryQueue } from '../../src/delivery/queue.ts'
import { createTlsCheck } from '../../src/delivery/tls-check.ts'
import { createFaultBook } from '../../src/fault/create-fault-book.ts'
import type { Provider } from '../../src/spec/provider.ts'
import { createStore } from '../../src/state/create-store.ts'
import type { Store } from '../../src/state/store.ts'

/** One provider's API over real HTTP, on a store that a test may have wrapped. */
export async function serveProvider(provider: Provider, wrap: (store: Store) => Store = (store) => store) {
  const store = wrap(await createStore({ warn: () => undefined }))
  const clock = createClock()
  const chance = createChance('serve-provider')
  const feed = createFeed()
  const inTurn = createInTurn()
  const providers = new Map([[provider.id, provider]])
  const egress = createEgress({ allowHosts: [], forward: [], trusted: [] })
  const queue = createDeliveryQueue({
    store,
    clock,
    chance,
    feed,
    inTurn,
    providers,
    egress,
    version: '0',
    exchange: { insecure: false },
  })
  const parts: MockParts = {
    providers,
    store,
    clock,
    chance,
    feed,
    inTurn,
    accounts: createAccounts(providers, store, chance),
    queue,
    egress,
    tlsCheck: createTlsCheck(egress, {}),
    journal: createJournal(),
    coverage: createCoverageLog([]),
    faults: createFaultBook(chance.apart('faults')),
    contract: () => loadContract(),
    settings: { strictUrls: false, strict: false, serverNames: [], host: '127.0.0.1', origin: () => '' },
  }
  const app = express().use(provider.basePath, providerRouter(parts, provider))
  const listening = await listen(app, 0, '127.0.0.1')
  return {
    parts,
    url: `${listening.origin}${provider.basePath}`,
    async close() {
      await queue.drain(1_000)
      await listening.close(100)
    },
  }
}
