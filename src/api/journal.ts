import type { RequestRecord } from '../core/feed.ts'
import type { Violation } from '../core/violation.ts'

export interface KeptViolation extends Violation {
  readonly request: string | null
}

/** What clients called and which contracts were broken: in memory, the latest `capacity` of each. */
export interface Journal {
  addRequest(request: RequestRecord): void
  addViolations(violations: readonly Violation[], request: string | null): void
  requests(): readonly RequestRecord[]
  violations(): readonly KeptViolation[]
  /** How many of each were let go to keep within the capacity. */
  dropped(): { readonly requests: number; readonly violations: number }
  clear(scope?: { readonly provider?: string | undefined; readonly account?: string | undefined }): void
}

export function createJournal(capacity = 10_000): Journal {
  let requests: RequestRecord[] = []
  let violations: KeptViolation[] = []
  const dropped = { requests: 0, violations: 0 }
  return {
    addRequest(request) {
      requests.push(request)
      if (requests.length <= capacity) return
      requests.shift()
      dropped.requests++
    },
    addViolations(found, request) {
      if (found.length === 0) return
      violations.push(...found.map((violation) => ({ ...violation, request })))
      if (violations.length > capacity)
        dropped.violations += violations.splice(0, violations.length - capacity).length
    },
    requests: () => requests,
    violations: () => violations,
    dropped: () => ({ ...dropped }),
    clear({ provider, account } = {}) {
      const gone = new Set<string>()
      requests = requests.filter((request) => {
        const inScope =
          (provider === undefined || request.provider === provider) &&
          (account === undefined || request.account === account)
        if (inScope) gone.add(request.id)
        return !inScope
      })
      violations = violations.filter((violation) =>
        violation.request === null
          ? account !== undefined || (provider !== undefined && violation.provider !== provider)
          : !gone.has(violation.request),
      )
    },
  }
}
