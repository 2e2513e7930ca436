import type { DeliveryView } from '../../api/views.ts'
import type { ClockMode } from '../../core/clock.ts'
import { MockError } from '../../core/errors.ts'
import type { Mock } from '../../mock/mock.ts'
import type { Source } from '../expectations/expectation.ts'
import type { Facts } from '../expectations/facts.ts'
import { arrivalsOf } from './arrivals.ts'
import type { ScenarioContext } from './context.ts'

/** What expectations are compared with, as of now; only what is asked for is gathered. */
export async function gatherFacts(
  { environment, variables }: ScenarioContext,
  sources: readonly Source[],
): Promise<Facts> {
  const { mock, standIn, requests, violations } = environment
  const [deliveries, webhooks] = await Promise.all([
    sources.includes('deliveries') ? oldestFirst(mock) : [],
    sources.includes('webhooks') ? mock.webhooks() : [],
  ])
  const arrivals = () =>
    arrivalsOf(standIn?.received ?? [], {
      deliveries,
      providers: mock.providers,
      secretsOf: (id) =>
        variables.secrets.get(id) ?? webhooks.filter((one) => one.id === id).map(({ secret }) => secret),
      fieldsOf: (id) => webhooks.find((one) => one.id === id)?.fields,
    })
  return {
    deliveries,
    arrivals: standIn === null ? null : sources.includes('arrivals') ? arrivals() : [],
    requests,
    violations,
    providers: mock.providers,
    webhooks,
    skipped: variables.skipped,
    answer: (name) => variables.answers.get(name),
    events: (name) => variables.events.get(name) ?? unknown('event', name),
    webhook: (name) => variables.webhooks.get(name)?.id ?? unknown('webhook', name),
    pace: paceOf(mock.clock.mode),
  }
}

/** Every delivery, oldest first. */
export async function oldestFirst(mock: Pick<Mock, 'deliveries'>): Promise<readonly DeliveryView[]> {
  return (await mock.deliveries()).toReversed()
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
