import type { ClockMode } from '../../core/clock.ts'
import type { Json } from '../../core/json.ts'
import type { KnownProviders } from './known-providers.ts'
import type { Names } from './names.ts'

/** What a part of a scenario file is checked against, before it runs. */
export interface CheckContext {
  /** JSON pointer of the part. */
  readonly at: string
  /** The part as it is written. */
  readonly written: Json
  /** What has a name by then. */
  readonly names: Names
  readonly providers: KnownProviders
  readonly clock: ClockMode
}
