import { createClock } from '../core/clock.ts'
import { createChance } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { packageVersion } from '../core/version.ts'
import { bytesOf, instantOf, type ProviderInput, providerOf, secretsOf, type Time } from './library-input.ts'
import { type SignedBody, signedBody } from './signed-body.ts'

/** What {@link signBody} signs, as which provider, and with which secrets. */
export interface SignBodyOptions extends ProviderInput {
  /** The exact bytes, or their text in UTF-8. */
  readonly body: string | Uint8Array
  /** The event type; found in the body unless given. */
  readonly event?: string
  /** The event's id in the provider's format; found in the body, else fresh, unless given. */
  readonly id?: string
  /** Where it is sent to: needed by schemes that sign it. */
  readonly url?: string
  /** Default: now. */
  readonly at?: Time
  /** The webhook's own fields, for HTTP Basic. */
  readonly fields?: JsonObject
}

/**
 * The headers with which a provider would send a body, the signature among them.
 *
 * @example const { headers } = await signBody({ provider: 'acme', secret: 's3cr3t', body: '{"type":"note.created"}' })
 * @throws MockError UNKNOWN_PROVIDER, UNKNOWN_EVENT, NO_SECRET, NO_URL
 */
export async function signBody(options: SignBodyOptions): Promise<SignedBody> {
  const { body, event, id, url, at, fields } = options
  return signedBody(await providerOf(options), {
    body: bytesOf(body),
    event,
    id,
    url,
    secrets: secretsOf(options),
    at: at === undefined ? createClock().wall() : instantOf(at),
    ...(fields === undefined ? {} : { fields }),
    chance: createChance(),
    version: packageVersion(),
  })
}
