import type { Json } from '../core/json.ts'
import { shorten } from '../core/text.ts'
import { MAX_ERRORS } from '../schema/bounded-ajv.ts'

/** A request as the contract sees it. Header names are in lower case. */
export interface RequestMessage {
  readonly method: string
  /** Below the provider's base path, without the query, still percent-encoded. */
  readonly path: string
  readonly query: Readonly<Record<string, string | readonly string[]>>
  readonly headers: Readonly<Record<string, string>>
  /** The parsed body, of a form its fields; undefined when there was none. */
  readonly body: Json | undefined
  readonly bodyLength: number
  /** Why a body is not read although it may be JSON, or is a form. */
  readonly unread?: string | undefined
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
  /** A JSON Schema keyword, or `media-type`, `status`, `body`; `more`: the last one, where others are not listed. */
  readonly rule: string
  readonly message: string
}

/** Places and messages have names in them that may be as long as the message itself. In characters. */
export const LONGEST_PLACE = 400
export const LONGEST_MESSAGE = 2_000

/** The first violations of a message, and that there are more: a message may break its contract in a million places. */
export function bounded(violations: readonly RuleViolation[]): readonly RuleViolation[] {
  const short = violations.map(({ location, rule, message }) => ({
    location: shorten(location, LONGEST_PLACE),
    rule,
    message: shorten(message, LONGEST_MESSAGE),
  }))
  if (short.length < MAX_ERRORS) return short
  const [location = ''] = short.at(-1)?.location.split('/') ?? []
  const message = `only the first ${MAX_ERRORS} violations of this message are listed`
  return [...short.slice(0, MAX_ERRORS), { location, rule: 'more', message }]
}
