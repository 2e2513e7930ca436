import { loadContract } from '../contract/contract.ts'
import { createClock, type Instant } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { HeaderLines } from '../core/model.ts'
import { readInstant } from '../core/units.ts'
import { anything, checkArgument, either, listOf, object, string } from '../schema/options.ts'
import { knownProvider } from '../spec/load.ts'
import type { Provider } from '../spec/provider.ts'
import { type Capture, parsedBody, pickCapture, readCaptures } from './read.ts'
import { type Judgement, judgeCapture } from './verify.ts'
/** Which provider, and with which secrets: what the calls of the library have in common. */
export interface ProviderInput {
  /** Its id. */
  readonly provider: string
  /** OpenAPI documents of your own, for a provider that does not come with hookproof. */
  readonly specs?: readonly string[]
  /** Of the webhook; several while one takes over from another, the newest first. */
  readonly secret?: string | readonly string[]
}

/** A time: milliseconds since 1970, a Date, or text such as `2026-06-05T09:00:00Z`. */
export type Time = Instant | Date | string

export async function providerOf({ provider, specs = [] }: ProviderInput): Promise<Provider> {
  checkArgument('the provider', provider, string)
  return knownProvider(provider, specs)
}

export function secretsOf({ secret = [] }: ProviderInput): readonly string[] {
  return typeof secret === 'string' ? [secret] : secret
}

/** @throws MockError UNREADABLE_CAPTURE for what a framework has parsed */
export function bytesOf(body: string | Uint8Array): Buffer {
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  throw parsedBody()
}

/** @throws MockError BAD_TIME */
export function instantOf(time: Time): Instant {
  const at = typeof time === 'string' ? readInstant(time) : typeof time === 'number' ? time : time.getTime()
  if (at !== undefined && Number.isFinite(at)) return at
  throw new MockError('input', 'BAD_TIME', `Failed to read a time: "${time}" is none.`, {
    hint: 'Write it as 2026-06-05T09:00:00Z.',
  })
}

/** A delivery as a program has it: what `startReceiver` kept, or what a web framework hands out. */
export interface DeliveredRequest {
  /** Default POST. */
  readonly method?: string
  /** Whole, or path and query. */
  readonly url?: string
  /** In place of `url`. */
  readonly path?: string
  readonly headers: HeaderLines | Readonly<Record<string, string | readonly string[] | undefined>>
  /** The raw bytes, or their text in UTF-8: what was parsed cannot be verified. */
  readonly body: string | Uint8Array
  /** When it arrived. */
  readonly at?: Time
}

/** Which delivery {@link verifyDelivery} judges, and by what. */
export interface VerifyDeliveryOptions extends ProviderInput {
  /** The request, or the contents of a file with it: raw HTTP, JSON or HAR. */
  readonly delivery: DeliveredRequest | string | Uint8Array
  /** Which one, from 1, where the contents have several. */
  readonly entry?: number
  /** The event type; found in the delivery unless given. */
  readonly event?: string
  /** As it was registered with the provider; worked out from the request unless given. */
  readonly url?: string
  /** When the age of the signature is judged. Default: when the delivery arrived, else now. */
  readonly at?: Time
  /** Take a signature of any age. */
  readonly ignoreAge?: boolean
  /** The webhook's own fields, for HTTP Basic. */
  readonly fields?: JsonObject
}

const DELIVERY = either(string, object)

const HEADERS = either(object, listOf(anything, 'header lines'))

/**
 * Judges a delivery by its event's contract and its provider's signature scheme, and says in what it differs.
 *
 * @example const { ok, differences, signature } = await verifyDelivery({ provider: 'acme', secret, delivery: receiver.received[0] })
 * @throws MockError UNKNOWN_PROVIDER, UNKNOWN_EVENT, UNREADABLE_CAPTURE
 */
export async function verifyDelivery(options: VerifyDeliveryOptions): Promise<Judgement> {
  const { delivery, entry, event, url, at, ignoreAge = false, fields } = options
  checkArgument('the captured request', delivery, DELIVERY)
  const capture = captureOf(delivery, entry)
  return judgeCapture(await loadContract(), await providerOf(options), capture, {
    event,
    url,
    secrets: secretsOf(options),
    at: at === undefined ? undefined : instantOf(at),
    now: createClock().wall(),
    anyAge: ignoreAge,
    ...(fields === undefined ? {} : { fields }),
  })
}

function captureOf(delivery: VerifyDeliveryOptions['delivery'], entry: number | undefined): Capture {
  if (typeof delivery === 'string' || delivery instanceof Uint8Array)
    return pickCapture(readCaptures(bytesOf(delivery)), entry)
  const { method = 'POST', url, path = '/', headers, body, at } = delivery
  checkArgument('the headers of the captured request', headers, HEADERS)
  return {
    method,
    url: url ?? path,
    headers: isLines(headers) ? headers : linesOf(headers),
    body: bytesOf(body),
    at: at === undefined ? null : instantOf(at),
    notes: [],
  }
}

function isLines(headers: DeliveredRequest['headers']): headers is HeaderLines {
  return Array.isArray(headers)
}

function linesOf(headers: Exclude<DeliveredRequest['headers'], HeaderLines>): HeaderLines {
  return Object.entries(headers).flatMap(([name, value]) =>
    // A length is a number to some programs.
    (value === undefined ? [] : Array.isArray(value) ? (value as readonly string[]) : [value]).map(
      (one) => [name, String(one)] as const,
    ),
  )
}
