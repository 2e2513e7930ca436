import type { HeaderLines } from '../core/attempt.ts'
import type { Instant } from '../core/clock.ts'

/** One HTTP request that somebody kept, as it was sent: nothing parsed, nothing normalised. */
export interface Capture {
  readonly method: string
  /** A whole URL, or path and query as in the request line. */
  readonly url: string
  readonly headers: HeaderLines
  readonly body: Buffer
  /** When it was sent or arrived, where the file tells. */
  readonly at: Instant | null
  /** What is odd about the capture itself, in words for people: a length that does not fit, a broken connection. */
  readonly notes: readonly string[]
}
