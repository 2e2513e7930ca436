import type { Contract } from '../contract/contract.ts'
import type { Clock } from '../core/clock.ts'
import type { Feed } from '../core/feed.ts'
import type { Chance, ProviderId } from '../core/ids.ts'
import type { InTurn } from '../core/in-turn.ts'
import type { Egress } from '../delivery/egress.ts'
import type { DeliveryQueue } from '../delivery/queue.ts'
import type { TlsCheck } from '../delivery/tls-check.ts'
import type { FaultBook } from '../fault/fault-book.ts'
import type { Provider } from '../spec/provider.ts'
import type { Store } from '../state/store.ts'
import type { Accounts } from './accounts.ts'
import type { CoverageLog } from './coverage.ts'
import type { Journal } from './journal.ts'

/** What the faces of a mock (the providers' APIs, the control API) work with. Made once, in mock.ts. */
export interface MockParts {
  readonly providers: ReadonlyMap<ProviderId, Provider>
  readonly store: Store
  readonly clock: Clock
  readonly chance: Chance
  readonly feed: Feed
  readonly accounts: Accounts
  readonly queue: DeliveryQueue
  readonly egress: Egress
  readonly tlsCheck: TlsCheck
  readonly journal: Journal
  readonly coverage: CoverageLog
  readonly faults: FaultBook
  /** One change at a time for each key: a webhook's id, an account. */
  readonly inTurn: InTurn
  /** The contract engine, loaded when it is first asked for. */
  readonly contract: () => Promise<Contract>
  readonly settings: {
    /** Refuse http:// wherever the provider would. */
    readonly strictUrls: boolean
    /** What a client sends without its being declared, and routes that there are not, are violations too. */
    readonly strict: boolean
    /** Host names, beside loopback and the bound host, that the control API answers to. */
    readonly serverNames: readonly string[]
    readonly host: string
    /** `http://127.0.0.1:4010`, known once it listens. */
    readonly origin: () => string
  }
}
