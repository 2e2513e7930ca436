import type { RequestRecord } from '../core/feed.ts'
import {
  firstBytes,
  type KeptViolation,
  type SentRequest,
  toBody,
  type Violation,
  type ViolationSource,
} from '../core/model.ts'
import type { CredentialHeader } from '../spec/provider.ts'

/** Whose records are asked for; what is not named fits everything. */
export interface RequestLogScope {
  readonly provider?: string | undefined
  readonly account?: string | undefined
}

/** Which requests of clients; without anything, all of them. */
export interface RequestFilter extends RequestLogScope {
  readonly operation?: string | undefined
  readonly method?: string | undefined
  readonly status?: number | undefined
}

/** Which broken contracts; without anything, all of them. */
export interface ViolationFilter extends RequestLogScope {
  readonly operation?: string | undefined
  readonly by?: Violation['by'] | undefined
}

/** What clients called and which contracts were broken: in memory, the latest of each, oldest first. */
export interface RequestLog {
  addRequest(request: RequestRecord): void
  addViolations(violations: readonly Violation[], source: ViolationSource): readonly KeptViolation[]
  requests(filter?: RequestFilter): readonly RequestRecord[]
  violations(filter?: ViolationFilter): readonly KeptViolation[]
  /** How many of each were let go to keep within the bounds. */
  dropped(): { readonly requests: number; readonly violations: number }
  clear(scope?: RequestLogScope): void
}

interface RequestLogBounds {
  /** Most requests, and most violations. */
  readonly capacity?: number
  /** Most bytes, about, of all requests, and of all violations with the requests that are kept beside them. */
  readonly bytes?: number
}

export function createRequestLog({
  capacity = 10_000,
  bytes: most = 16 * 1024 * 1024,
}: RequestLogBounds = {}): RequestLog {
  let requests: RequestRecord[] = []
  let violations: KeptViolation[] = []
  let weights = { requests: 0, violations: 0 }
  const dropped = { requests: 0, violations: 0 }
  return {
    addRequest(request) {
      requests.push(request)
      weights.requests += requestWeight(request)
      while (requests.length > capacity || (weights.requests > most && requests.length > 1)) {
        weights.requests -= requestWeight(requests.shift() as RequestRecord)
        dropped.requests++
      }
    },
    addViolations(found, source) {
      if (found.length === 0) return []
      const kept = found.map((violation): KeptViolation => ({ ...violation, ...source }))
      for (const one of kept) violations.push(one)
      weights.violations += violationsWeight(kept)
      let gone = 0
      while (
        violations.length - gone > capacity ||
        (weights.violations > most && gone < violations.length - kept.length)
      )
        weights.violations -= violationWeight(violations, gone++)
      if (gone > 0) violations = violations.slice(gone)
      dropped.violations += gone
      return kept
    },
    requests: (filter = {}) => (isEmpty(filter) ? requests : requests.filter((one) => fits(one, filter))),
    violations: (filter = {}) =>
      isEmpty(filter) ? violations : violations.filter((one) => fits(one, filter)),
    dropped: () => ({ ...dropped }),
    clear({ provider, account } = {}) {
      requests = requests.filter((one) => !fits(one, { provider, account }))
      violations = violations.filter((one) => !fits(one, { provider, account }))
      weights = {
        requests: requests.reduce((sum, one) => sum + requestWeight(one), 0),
        violations: violationsWeight(violations),
      }
    },
  }
}

function requestWeight({ path, violations, undeclared = [] }: RequestRecord): number {
  return path.length + textWeight(violations) + textWeight(undeclared)
}

function textWeight(violations: readonly Violation[]): number {
  return violations.reduce((sum, { location, message }) => sum + location.length + message.length, 0)
}

function violationsWeight(list: readonly KeptViolation[]): number {
  return list.reduce((sum, _, i) => sum + violationWeight(list, i), 0)
}

/** A request counts with the last of the violations that share it: they stand side by side, and go from the front. */
function violationWeight(list: readonly KeptViolation[], index: number): number {
  const [one, next] = [list[index], list[index + 1]]
  if (one === undefined) return 0
  const { sent } = one
  return textWeight([one]) + (sent === null || sent === next?.sent ? 0 : sentWeight(sent))
}

function sentWeight({ path, headers, body }: SentRequest): number {
  const lines = Object.entries(headers)
  return lines.reduce((sum, line) => sum + line.join('').length, path.length + body.text.length)
}

function fits(record: object, filter: object): boolean {
  return Object.entries(filter).every(
    ([key, wanted]) => wanted === undefined || record[key as keyof typeof record] === wanted,
  )
}

function isEmpty(filter: object): boolean {
  return Object.values(filter).every((wanted) => wanted === undefined)
}

/** Most bytes of a request's body that are kept beside what it broke. */
const MAX_BYTES = 64 * 1024

/** Headers that carry credentials whatever the provider (RFC 9110, section 11; RFC 6265). */
const SECRET_HEADERS = ['authorization', 'proxy-authorization', 'cookie']

/** A client's request, without credentials and with no more of its body than is kept. */
export function sentRequest(
  { method, path, headers, bytes }: RawRequest,
  carriers: readonly CredentialHeader[],
): SentRequest {
  const secret = new Set([...SECRET_HEADERS, ...carriers.map(({ header }) => header.toLowerCase())])
  return {
    method,
    path,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.has(name))),
    body: toBody(firstBytes(bytes, MAX_BYTES)),
    truncated: bytes.length > MAX_BYTES,
  }
}

interface RawRequest {
  readonly method: string
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}
