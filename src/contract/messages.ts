import type { Json } from '../core/json.ts'

/** A request as the contract sees it. Header names are in lower case. */
export interface RequestMessage {
  readonly method: string
  /** Below the provider's base path, without the query, still percent-encoded. */
  readonly path: string
  readonly query: Readonly<Record<string, string | readonly string[]>>
  readonly headers: Readonly<Record<string, string>>
  /** The parsed body; undefined when there was none. */
  readonly body: Json | undefined
  readonly bodyLength: number
}

export interface ResponseMessage {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json | undefined
  readonly bodyLength: number
}

/** One rule of its contract that a message breaks. */
export interface RuleViolation {
  /** `body/url`, `query/page`, `header/x-api-key`, `status`. */
  readonly location: string
  /** A JSON Schema keyword, or `media-type`, `status`, `body`. */
  readonly rule: string
  readonly message: string
}
