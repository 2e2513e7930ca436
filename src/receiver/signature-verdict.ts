import type { HeaderLines } from '../core/attempt.ts'
import type { Instant } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import type { Verdict } from '../signature/verdict.ts'
import { verifySignature } from '../signature/verify-signature.ts'
import type { EventType, Provider } from '../spec/provider.ts'
import type { SignatureKeyword } from '../spec/vocabulary.ts'

/** A delivery as its receiver got it. */
export interface SignedRequest {
  readonly method: string
  /** Whole, as it was registered with the provider. */
  readonly url: string
  readonly headers: HeaderLines
  readonly body: Uint8Array
}

export interface VerifyWith {
  readonly secrets: readonly string[]
  /** The wall clock. */
  readonly now: Instant
  readonly event: { readonly type: EventType | undefined; readonly id: string | undefined }
  /** The webhook's own fields, for HTTP Basic. */
  readonly fields?: JsonObject
  /** Whether a signature may be of any age. */
  readonly anyAge?: boolean
}

/** Whether a delivery is signed as its provider does it; null where there is nothing to verify, or nothing to do it with. */
export function signatureVerdict(
  provider: Pick<Provider, 'signature'>,
  request: SignedRequest,
  { secrets, now, event: { type, id }, fields = {}, anyAge = false }: VerifyWith,
): Verdict | null {
  const schemes = schemesOf(provider, type)
  if (schemes.every(({ scheme }) => scheme === 'none')) return null
  if (secrets.length === 0 && needsSecret(schemes)) return null
  return verifySignature({
    ...request,
    schemes: anyAge ? schemes.map(withoutTolerance) : schemes,
    secrets,
    now,
    fields,
    ...(type === undefined ? {} : { event: { id: id ?? '', type: type.type } }),
  })
}

export function schemesOf(
  provider: Pick<Provider, 'signature'>,
  type: EventType | undefined,
): readonly SignatureKeyword[] {
  return type === undefined || type.signature.length === 0 ? provider.signature : type.signature
}

/** HTTP Basic is verified with the webhook's own fields. */
export function needsSecret(schemes: readonly SignatureKeyword[]): boolean {
  return schemes.some(({ scheme }) => scheme !== 'none' && scheme !== 'basic')
}

/** A scheme that knows no tolerance takes signatures of any age. */
function withoutTolerance(scheme: SignatureKeyword): SignatureKeyword {
  if (!('verify' in scheme)) return scheme
  const { verify: _verify, ...rest } = scheme
  return rest
}
