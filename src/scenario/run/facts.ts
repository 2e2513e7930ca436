import type { AttemptView, DeliveryView, WebhookView } from '../../api/views.ts'
import type { ClockMode } from '../../core/clock.ts'
import { MockError } from '../../core/errors.ts'
import { headerOf } from '../../core/headers.ts'
import type { ReceivedDelivery } from '../../receiver/delivery.ts'
import { schemesOf } from '../../receiver/recognise.ts'
import { verifySignature } from '../../signature/verify.ts'
import type { Provider } from '../../spec/provider.ts'
import type { Arrival, Facts, Verified } from '../expectations/facts.ts'
import type { Expectation } from '../scenario.ts'
import type { Variables } from './context.ts'
import type { Environment } from './stage.ts'

interface Sent {
  readonly delivery: DeliveryView
  readonly attempt: AttemptView
  /** In base64, so that bytes are compared. */
  readonly body: string
  readonly signedAt: number
}

export interface Known {
  readonly deliveries: readonly DeliveryView[]
  readonly providers: readonly Provider[]
  readonly secretsOf: (webhook: string) => readonly string[]
  readonly fieldsOf: (webhook: string) => Parameters<typeof verifySignature>[0]['fields']
}

/** What the stand-in got, each with the delivery that it comes from: the one that sent these bytes last before. */
export function arrivalsOf(received: readonly ReceivedDelivery[], known: Known): readonly Arrival[] {
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
function candidates({ body }: ReceivedDelivery, { deliveries }: Known): readonly Sent[] {
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
  { providers, secretsOf, fieldsOf }: Known,
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

const LOOKS_AT_DELIVERIES: readonly Expectation['kind'][] = ['delivery', 'received']

const LOOKS_AT_WEBHOOKS: readonly Expectation['kind'][] = ['webhook', 'received']

/** Everything that an expectation of a kind looks at, as of now. */
export async function gatherFacts(
  stage: Environment,
  memory: Variables,
  wanted: Expectation['kind'],
): Promise<Facts> {
  const [deliveries, webhooks] = await Promise.all([
    LOOKS_AT_DELIVERIES.includes(wanted) ? allDeliveries(stage) : [],
    LOOKS_AT_WEBHOOKS.includes(wanted) ? everyWebhook(stage) : [],
  ])
  const { mock, standIn } = stage
  const fields = new Map(webhooks.map(({ id, fields: own }) => [id, own]))
  const known = {
    deliveries,
    providers: mock.providers,
    secretsOf: (id: string) =>
      memory.secrets.get(id) ?? webhooks.filter((one) => one.id === id).map(({ secret }) => secret),
    fieldsOf: (id: string) => fields.get(id),
  }
  return {
    deliveries,
    arrivals: standIn === null ? null : wanted === 'received' ? arrivalsOf(standIn.received, known) : [],
    requests: stage.requests,
    violations: stage.violations,
    webhooks,
    skipped: memory.skipped,
    answer: (name) => memory.answers.get(name),
    events: (name) => memory.events.get(name) ?? unknown('event', name),
    webhook: (name) => memory.webhooks.get(name)?.id ?? unknown('webhook', name),
    pace: paceOf(mock.clock.mode),
  }
}

function unknown(what: string, name: string): never {
  throw new MockError(
    'input',
    'UNKNOWN_NAME',
    `Failed to find the ${what} "${name}": no step has made it yet.`,
    { hint: 'Move this step behind the one that makes it.' },
  )
}

function paceOf(mode: ClockMode): number {
  if (mode.kind === 'virtual') return 0
  return mode.kind === 'scaled' ? mode.factor : 1
}

/** Oldest first. */
export async function allDeliveries(stage: Environment): Promise<readonly DeliveryView[]> {
  const all: DeliveryView[] = []
  let cursor: string | null = null
  do {
    const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: { deliveries: readonly DeliveryView[]; next: string | null } = await stage.get(
      `/deliveries?limit=1000${more}`,
    )
    all.push(...page.deliveries)
    cursor = page.next
  } while (cursor !== null)
  return all.reverse()
}

/** Those that are not deleted. */
export async function everyWebhook(stage: Pick<Environment, 'get'>): Promise<readonly WebhookView[]> {
  const { webhooks } = await stage.get<{ webhooks: readonly WebhookView[] }>('/webhooks?limit=1000')
  return webhooks
}
