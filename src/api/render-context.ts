import type { Instant } from '../core/clock.ts'
import type { Json } from '../core/json.ts'
import type { LogEntry } from './log-entry.ts'

/** What an operation came to: JSON by the provider's names, or lines of its delivery log. */
export type Rendered = Json | LogEntry | readonly LogEntry[]

export interface PageFacts {
  readonly number: number
  readonly size: number
  readonly total: number
  /** The first page's number. */
  readonly base: number
}

export interface ErrorFacts {
  readonly status: number
  readonly code: string | undefined
  readonly title: string | undefined
  readonly message: string | undefined
  readonly details: Json | undefined
}

/** What the sources of `x-mock-value` draw from, beside the value at hand. */
export interface RenderContext {
  readonly now: Instant
  readonly requestId: string
  readonly requestPath: string
  readonly result?: Rendered | undefined
  readonly page?: PageFacts | undefined
  readonly filtersChanged?: number | undefined
  readonly error?: ErrorFacts | undefined
}
