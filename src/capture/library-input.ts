import type { Instant } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import { checkArgument, text } from '../core/options.ts'
import { readInstant } from '../core/read-instant.ts'
import { knownProvider } from '../spec/known-provider.ts'
import type { Provider } from '../spec/provider.ts'
import { parsedBody } from './capture-error.ts'

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
  checkArgument('the provider', provider, text)
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
