import type { DeliveryView, WebhookView } from '../../api/views.ts'
import type { RequestRecord } from '../../core/feed.ts'
import type { Json } from '../../core/json.ts'
import type { HeaderLines, KeptViolation } from '../../core/model.ts'
import type { Named } from '../../spec/names.ts'
import type { Provider } from '../../spec/provider.ts'

/** What came back for a request of the scenario's own; without a status it never did. */
export interface Answer {
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>>
  /** Parsed where it is JSON, else the text. */
  readonly body: Json
  /** Why there is no answer. */
  readonly error: string | null
  /** Of a command: exit, stdout and stderr stand in the body. */
  readonly durationMs: number
}

export interface Verified {
  readonly signature: 'valid' | 'invalid' | 'missing'
  /** The likeliest reason for an invalid one. */
  readonly explanation: string | null
}

/** A request that the stand-in receiver got, and what is known of where it came from. */
export interface Arrival {
  readonly number: number
  /** Ids at hookproof; null where they are not known. */
  readonly event: string | null
  readonly webhook: string | null
  readonly headers: HeaderLines
  readonly body: Buffer
  /** Verifies its signature, with each secret that its webhook has had unless one is named. */
  readonly verify: (secret: string | undefined) => Verified
}

/** A client's request, with the wall clock's time of its coming in. */
export interface SeenRequest extends RequestRecord {
  readonly wall: number
}

/** What expectations are compared with, as of now; what an expectation does not need is left empty. */
export interface Facts {
  readonly deliveries: readonly DeliveryView[]
  /** Null: the user's own receiver was given, which does not record what it got. */
  readonly arrivals: readonly Arrival[] | null
  /** Oldest first. */
  readonly requests: readonly SeenRequest[]
  readonly violations: readonly KeptViolation[]
  /** Those that are served. */
  readonly providers: readonly (Named & Pick<Provider, 'operations'>)[]
  /** Those that are not deleted. */
  readonly webhooks: readonly WebhookView[]
  /** Why webhooks did not get an event, by its id. */
  readonly skipped: ReadonlyMap<string, readonly string[]>
  readonly answer: (name: string) => Answer | undefined
  /** Ids, at hookproof, of the events that a name stands for. */
  readonly events: (name: string) => readonly string[]
  readonly webhook: (name: string) => string
  /** How much faster than real time the clock runs; 0: it stands still until advanced. */
  readonly pace: number
}
