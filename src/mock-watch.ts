import type { RequestFilter, ViolationFilter } from './api/journal.ts'
import type { MockParts } from './api/parts.ts'
import { restoreState, strangerIn } from './api/restore-state.ts'
import type { Coverage } from './core/coverage.ts'
import { MockError } from './core/errors.ts'
import type { RequestRecord } from './core/feed.ts'
import type { Json } from './core/json.ts'
import type { KeptViolation } from './core/violation.ts'
import { checkFilter, REQUEST_FILTER, VIOLATION_FILTER } from './mock-options.ts'

/** What a mock has seen, and its state as a whole. */
export interface MockWatch {
  /** What clients called, and what they were answered; oldest first, the latest 10,000. */
  requests(filter?: RequestFilter): readonly RequestRecord[]
  /** Which contracts were broken, and by whom; oldest first, the latest 10,000. */
  violations(filter?: ViolationFilter): readonly KeptViolation[]
  /** Operations × statuses and event types × faults and outcomes since the start, whatever was reset meanwhile. */
  coverage(): Coverage
  /** The whole state, to be put back by {@link MockWatch.restore}. */
  snapshot(): Promise<Json>
  /** @throws MockError (input) for what is no snapshot, or has a provider that is not here: nothing is changed then. */
  restore(state: Json): Promise<void>
}

export function watchFace(parts: MockParts): MockWatch {
  const { journal } = parts
  return {
    requests(filter = {}) {
      checkFilter(parts, 'the filter of mock.requests', filter, REQUEST_FILTER)
      return [...journal.requests(filter)]
    },
    violations(filter = {}) {
      checkFilter(parts, 'the filter of mock.violations', filter, VIOLATION_FILTER)
      return [...journal.violations(filter)]
    },
    coverage: () => parts.coverage.coverage(),
    snapshot: () => parts.store.exportState(),
    async restore(state) {
      const stranger = strangerIn(state, parts)
      if (stranger !== null)
        throw new MockError('input', 'UNKNOWN_PROVIDER', `Failed to restore ${stranger.pointer}.`, {
          hint: stranger.detail,
        })
      await restoreState(parts, state)
    },
  }
}
