import type { AccountName, ProviderId } from '../core/random.ts'
import { createSlices } from '../core/slices.ts'
import type { TableRecords, Tables } from './store.ts'

type Numbered = 'webhook' | 'event' | 'attempt'

/** The counter of a provider's numbered ids. */
export function sequenceOf(provider: ProviderId, of: Numbered): string {
  return `${provider}:${of}`
}

/** The counter of ids beyond JavaScript's numbers: it counts how many there are from the first one on. */
export function longSequence(sequence: string, start: string): string {
  return `${sequence}+${start}`
}

const CALLS = 'calls'

/** The counter of an account's calls. Begins with provider and account, so that clearing a scope finds it. */
export function callsOf(provider: ProviderId, account: AccountName): string {
  return `${provider}/${account}/${CALLS}`
}

/** Whose calls a counter counts; undefined for every other counter. */
export function callerOfCounter(
  id: string,
): { readonly provider?: string; readonly account?: string } | undefined {
  const [provider = '', account = '', what] = id.split('/')
  return what === CALLS ? { provider, account } : undefined
}

/** The numbers of a sequence. Far longer ones are ids that someone chose, and would leave no room for the next. */
const NUMBER = /^[1-9]\d{0,14}$/

/** Those of {@link longSequence}. */
const LONG_NUMBER = /^[1-9]\d{15,18}$/

const LONG_SEQUENCE = /^(.+:(?:webhook|event|attempt))\+([1-9]\d{15,18})$/

/** As with {@link NUMBER}, far from the end of what a counter can count. */
const NO_PLACE = 10n ** 15n

/**
 * The counters, none of them below what these records use: one may be lost or lowered where the records were repaired or
 * come from elsewhere. What was kept and left whole has none to raise, so opening it does without this.
 */
export async function raisedCounters({
  counters,
  webhooks,
  events,
  deliveries,
  attempts,
}: TableRecords): Promise<readonly Tables['counters'][]> {
  const slices = createSlices()
  const values = new Map(counters.map(({ id, value }) => [id, value]))
  const long = counters.flatMap(({ id }) => {
    const [, sequence = '', start = ''] = LONG_SEQUENCE.exec(id) ?? []
    return start === '' ? [] : [{ id, sequence, start: BigInt(start) }]
  })
  const raiseLong = (sequence: string, id: string) => {
    const counter = long.find((one) => one.sequence === sequence)
    if (counter === undefined) return
    const place = BigInt(id) - counter.start
    if (place >= 0n && place < NO_PLACE)
      values.set(counter.id, Math.max(values.get(counter.id) ?? 0, Number(place)))
  }
  const raise = (provider: ProviderId | undefined, of: Numbered, id: string) => {
    if (provider === undefined) return
    const sequence = sequenceOf(provider, of)
    if (LONG_NUMBER.test(id)) raiseLong(sequence, id)
    if (!NUMBER.test(id)) return
    values.set(sequence, Math.max(values.get(sequence) ?? 0, Number(id)))
  }
  const providers = new Map<string, ProviderId>()
  for (const { id, provider } of deliveries) {
    providers.set(id, provider)
    if (slices.isOver()) await slices.next()
  }
  const ids = function* () {
    for (const { provider, providerId } of webhooks) yield [provider, 'webhook', providerId] as const
    for (const { provider, providerId } of events) yield [provider, 'event', providerId] as const
    for (const { delivery, providerId } of attempts)
      yield [providers.get(delivery), 'attempt', providerId] as const
  }
  for (const [provider, of, id] of ids()) {
    raise(provider, of, id)
    if (slices.isOver()) await slices.next()
  }
  return [...values].map(([id, value]) => ({ id, value }))
}
