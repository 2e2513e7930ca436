import type { Instant } from '../core/clock.ts'
import type { Account } from '../core/model.ts'
import { monthOf } from '../core/units.ts'
import { properties, valueKeyword } from '../spec/document.ts'
import type { Provider, Schema } from '../spec/provider.ts'
import { callsOf } from '../state/sequences.ts'
import type { Change, Store } from '../state/store.ts'

/** How often each account has called in this month, by the mock's clock. */
export interface CallCounts {
  /** One more call of the account. Does not hold it up: it is kept soon afterwards. */
  called(account: Account, now: Instant): Promise<void>
  /** Calls in the month of this instant, once they are kept. */
  calls(account: Account, now: Instant): Promise<number>
}

/** More calls than anybody makes in a month. */
const MOST = 1_000_000_000

/**
 * One counter for each account, that only grows: months since the year 0, times {@link MOST}, and the calls of the month.
 * However many calls arrive while some are being kept, they are kept in one go.
 */
export function createCallCounts(store: Pick<Store, 'nextNumber' | 'lastNumber' | 'commit'>): CallCounts {
  const waiting = new Map<string, Change>()
  let keeping: Promise<void> | null = null
  const keep = async () => {
    try {
      while (waiting.size > 0) {
        const changes = [...waiting.values()]
        waiting.clear()
        await store.commit(changes)
      }
    } catch {
      // What cannot be kept is told by the commits of what the calls do.
    } finally {
      keeping = null
    }
  }
  return {
    async called({ provider, name }, now) {
      const sequence = callsOf(provider, name)
      const { change } = await store.nextNumber(sequence, monthOf(now) * MOST + 1)
      waiting.set(sequence, change)
      keeping ??= keep()
    },
    async calls({ provider, name }, now) {
      await keeping
      const last = await store.lastNumber(callsOf(provider, name))
      return last < monthOf(now) * MOST ? 0 : last % MOST
    },
  }
}

const shown = new WeakMap<Provider, boolean>()

/** Whether the provider tells its accounts how often they called: nobody else's calls are counted. */
export function showsCalls(provider: Provider): boolean {
  const known = shown.get(provider)
  if (known !== undefined) return known
  const found = provider.operations.some(({ responses }) =>
    [...responses.values()].some(({ contents }) => contents.some(({ schema }) => mentionsCalls(schema))),
  )
  shown.set(provider, found)
  return found
}

function mentionsCalls(schema: Schema): boolean {
  if (valueKeyword(schema)?.from === 'account.calls') return true
  return properties(schema).some(([, child]) => mentionsCalls(child))
}
