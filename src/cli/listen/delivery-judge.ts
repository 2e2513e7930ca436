import type { Instant } from '../../core/clock.ts'
import { headerOf, type ReceivedDelivery } from '../../receiver/received-delivery.ts'
import { recogniseEvent } from '../../receiver/recognise-event.ts'
import type { JudgedDelivery } from '../../report/received-lines.ts'
import { verifySignature } from '../../signature/verify-signature.ts'
import type { Provider } from '../../spec/provider.ts'

/** Tells of each delivery what the provider's document and the secrets tell. */
export function deliveryJudge(
  provider: Provider | null,
  secrets: readonly string[],
  origin: () => string,
): (delivery: ReceivedDelivery, now: Instant) => JudgedDelivery {
  return (delivery, now) => {
    if (provider === null) return { delivery, event: null, signature: null }
    const { type, id } = recogniseEvent(provider, delivery)
    const own = type?.signature ?? []
    const schemes = own.length > 0 ? own : provider.signature
    // Whoever forwards to us may have registered another host, and signs that one.
    const host = headerOf(delivery.headers, 'host')
    const base = host === undefined ? origin() : `http://${host}`
    const signature =
      secrets.length === 0 || schemes.every(({ scheme }) => scheme === 'none')
        ? null
        : verifySignature({
            schemes,
            headers: delivery.headers,
            body: delivery.body,
            url: `${base}${delivery.path}`,
            method: delivery.method,
            secrets,
            now,
            ...(type === undefined ? {} : { event: { id: id ?? '', type: type.type } }),
          })
    return { delivery, event: { type: type?.type ?? null, id: id ?? null }, signature }
  }
}
