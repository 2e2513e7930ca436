import type { MockParts } from '../api/parts.ts'
import type { Scope } from '../state/store.ts'

/** What the control API works with: a mock's parts, and what only its composition root can do. */
export interface ControlParts extends MockParts {
  readonly version: string
  /** State, log and journal back to what the start asked for; all of it, or one provider's or account's. */
  readonly reset: (scope?: Scope) => Promise<void>
}
