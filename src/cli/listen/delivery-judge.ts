import type { Instant } from '../../core/clock.ts'
import { headerOf, type ReceivedDelivery } from '../../receiver/received-delivery.ts'
import { recogniseEvent } from '../../receiver/recognise-event.ts'
import { signatureVerdict } from '../../receiver/signature-verdict.ts'
import type { JudgedDelivery } from '../../report/received-lines.ts'
import type { Provider } from '../../spec/provider.ts'

const LOOKS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Tells of each delivery what the provider's document and the secrets tell. */
export function deliveryJudge(
  provider: Provider | null,
  secrets: readonly string[],
  origin: () => string,
): (delivery: ReceivedDelivery, now: Instant) => JudgedDelivery {
  return (delivery, now) => {
    if (provider === null) return { delivery, event: null, signature: null }
    const event = recogniseEvent(provider, delivery)
    // Somebody looks whether it is there.
    if (event.type === undefined && LOOKS.has(delivery.method))
      return { delivery, event: null, signature: null }
    // Whoever forwards to us may have registered another host, and signs that one.
    const host = headerOf(delivery.headers, 'host')
    const base = host === undefined ? origin() : `http://${host}`
    const { method, headers, body } = delivery
    const request = { method, url: `${base}${delivery.path}`, headers, body }
    const signature =
      secrets.length === 0 ? null : signatureVerdict(provider, request, { secrets, now, event })
    return { delivery, event: { type: event.type?.type ?? null, id: event.id ?? null }, signature }
  }
}
