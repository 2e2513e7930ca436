import type { Clock } from '../core/clock.ts'
import type { Feed } from '../core/feed.ts'
import type { Attempt } from '../core/model.ts'
import type { KeyedMutex } from '../core/mutex.ts'
import type { ProviderId, Random } from '../core/random.ts'
import type { FaultRegistry } from '../fault/fault.ts'
import type { EventType, Provider } from '../spec/provider.ts'
import type { Store } from '../state/store.ts'
import type { ConcurrencyLimits } from './concurrency.ts'
import type { TrustSettings } from './connect.ts'
import type { Egress } from './egress.ts'

/** An attempt to be validated by its contract: before it is sent (no outcome yet) and once it has been answered. */
export interface AttemptToValidate {
  readonly provider: Provider
  readonly event: EventType
  readonly attempt: Attempt
  readonly body: Uint8Array
  /** The user asked for a body that may break the contract, so that is no violation. */
  readonly raw: boolean
}

/** What the code of deliveries works with: stores, clocks, providers and settings of a mock. */
export interface DeliveryContext {
  readonly store: Store
  readonly clock: Clock
  readonly rng: Random
  readonly feed: Feed
  readonly mutex: KeyedMutex
  readonly providers: ReadonlyMap<ProviderId, Provider>
  readonly egress: Egress
  readonly http?: TrustSettings & {
    /** Milliseconds; overrides every provider's time-out. */
    readonly attemptTimeoutMs?: number | undefined
  }
  /** The faults of the delivery plane; absent: none. */
  readonly faults?: FaultRegistry
  /** Records the violations of the mock and of receivers. */
  readonly validate?: (attempt: AttemptToValidate) => void | Promise<void>
  /** Default: 8 for each webhook, 64 overall. */
  readonly limits?: ConcurrencyLimits
}
