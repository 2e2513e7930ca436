import type { Body } from './body.ts'

/** A message that breaks the contract, with who broke it. */
export interface Violation {
  readonly by: 'client' | 'receiver' | 'mock'
  readonly provider: string
  readonly operation: string | null
  /** Where in the message: `body/url`, `query/page`, `header/x-api-key`. */
  readonly location: string
  /** The rule that was broken: a JSON Schema keyword or a word such as `media-type`. */
  readonly rule: string
  readonly message: string
}

/** A client's request, as it is kept beside what it broke. */
export interface SentRequest {
  readonly method: string
  /** As the client wrote it, with the query. */
  readonly path: string
  /** Without those that carry credentials; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The first 64 KiB at most. */
  readonly body: Body
  readonly truncated: boolean
}

/** Where a violation comes from. */
export interface ViolationSource {
  /** Null where nobody could be told from the credentials. */
  readonly account: string | null
  /** The id of the client's request; null for a delivery and its answer. */
  readonly request: string | null
  /** The id of the attempt; null for a client's request. */
  readonly attempt: string | null
  /** Null for a delivery, which is kept as its attempt. */
  readonly sent: SentRequest | null
}

/** A violation, and the request or attempt that it was found in. */
export interface KeptViolation extends Violation, ViolationSource {}
