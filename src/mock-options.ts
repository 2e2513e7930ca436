import type { ClockMode } from './core/clock.ts'
import type { Feed } from './core/feed.ts'

/** How a mock is made; every field has a default. */
export interface MockOptions {
  /** Ids of shipped providers. Default: all of them. */
  readonly providers?: readonly string[]
  /** OpenAPI documents of your own. */
  readonly specs?: readonly string[]
  /** Default 0: any free port. */
  readonly port?: number
  /** Default: 127.0.0.1 and ::1. */
  readonly host?: string
  /** File of the kept state; absent: in memory. */
  readonly db?: string
  /** Start from an empty state. */
  readonly reset?: boolean
  readonly clock?: ClockMode
  readonly seed?: string
  /** Webhooks for all events, registered at the start and again at a reset. Without a provider: with each of them. */
  readonly register?: readonly { readonly provider?: string; readonly url: string; readonly secret?: string }[]
  readonly forward?: readonly { readonly from: string; readonly to: string }[]
  readonly allowHosts?: readonly string[]
  readonly serverNames?: readonly string[]
  readonly strictUrls?: boolean
  /** Milliseconds; overrides every provider's time-out. */
  readonly attemptTimeoutMs?: number
  /** File with certificates (PEM) that receivers may be signed by. */
  readonly ca?: string
  /** Accept any certificate of a receiver. */
  readonly insecure?: boolean
  /** Told of everything from the first moment on. */
  readonly feed?: Feed
}
