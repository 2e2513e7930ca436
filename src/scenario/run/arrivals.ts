import type { AttemptView, DeliveryView } from '../../api/views.ts'
import { headerOf } from '../../core/headers.ts'
import type { ReceivedDelivery } from '../../receiver/delivery.ts'
import { schemesOf } from '../../receiver/recognise.ts'
import { verifySignature } from '../../signature/verify.ts'
import type { Provider } from '../../spec/provider.ts'
import type { Arrival, Verified } from '../expectations/facts.ts'

interface Sent {
  readonly delivery: DeliveryView
  readonly attempt: AttemptView
  /** In base64, so that bytes are compared. */
  readonly body: string
  readonly signedAt: number
}

/** What is known of what was sent. */
export interface SentDeliveries {
  readonly deliveries: readonly DeliveryView[]
  readonly providers: readonly Provider[]
  readonly secretsOf: (webhook: string) => readonly string[]
  readonly fieldsOf: (webhook: string) => Parameters<typeof verifySignature>[0]['fields']
}

/** What the stand-in got, each with the delivery that it comes from: the last one before it that sent these bytes. */
export function arrivalsOf(received: readonly ReceivedDelivery[], known: SentDeliveries): readonly Arrival[] {
  const byBody = new Map<string, Sent[]>()
  for (const sent of known.deliveries.flatMap(sentBy))
    byBody.set(sent.body, [...(byBody.get(sent.body) ?? []), sent])
  return received.map((one) => {
    const sent = likeliest(byBody.get(one.body.toString('base64')) ?? candidates(one, known), one)
    return {
      number: one.number,
      event: sent?.delivery.event.id ?? null,
      webhook: sent?.delivery.webhook.id ?? null,
      headers: one.headers,
      body: one.body,
      verify: (secret) => verified(one, sent, secret, known),
    }
  })
}

function sentBy(delivery: DeliveryView): readonly Sent[] {
  return delivery.attempts.map((attempt) => ({
    delivery,
    attempt,
    body: Buffer.from(attempt.request.body, attempt.request.bodyEncoding).toString('base64'),
    signedAt: Date.parse(attempt.signedAt),
  }))
}

/** Attempts whose bodies did not arrive whole. */
function candidates({ body }: ReceivedDelivery, { deliveries }: SentDeliveries): readonly Sent[] {
  if (body.length === 0) return []
  return deliveries
    .flatMap(sentBy)
    .filter((sent) => Buffer.from(sent.body, 'base64').subarray(0, body.length).equals(body))
}

function likeliest(sent: readonly Sent[], { at, headers }: ReceivedDelivery): Sent | undefined {
  const before = sent.filter(({ signedAt }) => signedAt <= at)
  const same = before.filter(({ attempt }) => hasSameHeaders(attempt, headers))
  const fitting = same.length > 0 ? same : before
  return fitting.reduce<Sent | undefined>(
    (best, one) => (best === undefined || one.signedAt >= best.signedAt ? one : best),
    undefined,
  )
}

function hasSameHeaders({ request }: AttemptView, headers: ReceivedDelivery['headers']): boolean {
  return request.headers.every(([name, value]) => headerOf(headers, name) === value)
}

const NO_SIGNATURE: Verified = { signature: 'missing', explanation: 'nothing in it is signed' }

function verified(
  { headers, body, at }: ReceivedDelivery,
  sent: Sent | undefined,
  secret: string | undefined,
  { providers, secretsOf, fieldsOf }: SentDeliveries,
): Verified {
  if (sent === undefined)
    return { signature: 'invalid', explanation: 'no delivery of this mock sent these bytes' }
  const { delivery, attempt } = sent
  const provider = providers.find(({ id }) => id === delivery.provider)
  if (provider === undefined) return NO_SIGNATURE
  const verdict = verifySignature({
    schemes: schemesOf(provider, provider.events.get(delivery.event.type)),
    headers,
    body,
    url: attempt.request.url,
    method: attempt.request.method,
    secrets: secret === undefined ? secretsOf(delivery.webhook.id) : [secret],
    now: at,
    event: { id: delivery.event.providerId, type: delivery.event.type },
    fields: fieldsOf(delivery.webhook.id) ?? {},
  })
  if (verdict.ok) return { signature: 'valid', explanation: null }
  const signature = verdict.reason === 'missing-header' ? 'missing' : 'invalid'
  return { signature, explanation: verdict.likeliest }
}
