import type { Instant } from '../core/clock.ts'
import type { Attempt, HeaderLines } from '../core/model.ts'
import type { FaultDefinition, Parameters, ValuesOf } from './definition.ts'

/**
 * What a fault changes about a delivery, in the order in which faults are applied: when it is sent, what is signed, how
 * that is signed, the request once it is signed, and how its bytes are sent.
 */
export const PHASES = ['schedule', 'payload', 'signing', 'signed', 'transport'] as const

/** When a delivery is sent: after so many milliseconds of the mock's clock, or after so many later ones. */
export type Wait =
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'overtaken'; readonly by: number }

/** What is to be signed and sent. */
export interface Payload {
  readonly body: Buffer
  /** The event's type, as headers state it. */
  readonly type: string
  /** Paths of the members of the body that its document fills with the event's type. */
  readonly typePaths: readonly (readonly string[])[]
}

/** How a payload is signed. */
export interface Signing {
  /** False where nothing is signed, and the secrets are passwords of HTTP Basic. */
  readonly isSigned: boolean
  /** The active one first. */
  readonly secrets: readonly string[]
  /** The wall clock. */
  readonly signedAt: Instant
  /** When headers say that it is sent; the mock's clock. */
  readonly sentAt: Instant
  /** Whether signatures are made invalid after they were computed. */
  readonly corrupt: boolean
}

/** Another secret that could sign in the place of this one. */
type NewSecret = (secret: string) => string

/** A request that is ready to be sent. */
export interface SignedRequest {
  readonly url: string
  readonly headers: HeaderLines
  readonly body: Buffer
  readonly signature: Attempt['signature']
  /** The same without its signature: a scheme may add to the query, too. */
  readonly unsigned: { readonly url: string; readonly headers: HeaderLines }
}

/** How a request is sent. */
export interface Transport {
  /** Nothing is sent. */
  readonly dropped: boolean
  /** The body ends after this share: by the end of the stream, or by a TCP reset. */
  readonly cut: { readonly how: 'end' | 'reset'; readonly at: number } | null
  /** Milliseconds of the wall clock from the first byte of the body to the last. */
  readonly overMs: number
  /** How often it is sent in all, one after the other or all at once. */
  readonly copies: number
  readonly at: 'once' | 'in-turn'
}

/** A fault of the provider towards the receiver, applied in its phase to values, without effects. */
export type DeliveryFault<P extends Parameters = Parameters> = FaultDefinition<P> &
  (
    | { readonly phase: 'schedule'; apply(values: ValuesOf<P>): Wait }
    | { readonly phase: 'payload'; apply(values: ValuesOf<P>, payload: Payload): Payload }
    | {
        readonly phase: 'signing'
        apply(values: ValuesOf<P>, signing: Signing, newSecret: NewSecret): Signing
      }
    | { readonly phase: 'signed'; apply(values: ValuesOf<P>, request: SignedRequest): SignedRequest }
    /** What differs from a request that is sent as it is; of two faults that set the same, the first applies. */
    | { readonly phase: 'transport'; apply(values: ValuesOf<P>): Partial<Transport> }
  )

type Phase = (typeof PHASES)[number]

/** A row of the catalogue: it does not compile unless it is complete. */
export function deliveryFault<P extends Parameters, N extends Phase>(
  row: Extract<DeliveryFault<P>, { readonly phase: N }>,
): Extract<DeliveryFault<P>, { readonly phase: N }> {
  return row
}
