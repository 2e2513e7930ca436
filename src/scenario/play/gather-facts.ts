import type { DeliveryView, WebhookView } from '../../control/views/view-shapes.ts'
import type { ClockMode } from '../../core/clock.ts'
import { MockError } from '../../core/errors.ts'
import type { Facts } from '../expectations/facts.ts'
import type { Expectation } from '../scenario.ts'
import { arrivalsOf } from './arrivals.ts'
import type { Memory } from './memory.ts'
import type { Stage } from './stage.ts'

const LOOKS_AT_DELIVERIES: readonly Expectation['kind'][] = ['delivery', 'received']
const LOOKS_AT_WEBHOOKS: readonly Expectation['kind'][] = ['webhook', 'received']

/** Everything that an expectation of a kind looks at, as of now. */
export async function gatherFacts(stage: Stage, memory: Memory, wanted: Expectation['kind']): Promise<Facts> {
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

export function paceOf(mode: ClockMode): number {
  if (mode.kind === 'virtual') return 0
  return mode.kind === 'scaled' ? mode.factor : 1
}

/** Oldest first. */
export async function allDeliveries(stage: Stage): Promise<readonly DeliveryView[]> {
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
export async function everyWebhook(stage: Pick<Stage, 'get'>): Promise<readonly WebhookView[]> {
  const { webhooks } = await stage.get<{ webhooks: readonly WebhookView[] }>('/webhooks?limit=1000')
  return webhooks
}
