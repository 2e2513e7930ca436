import type { Clock, Instant } from '../core/clock.ts'
import type { Store } from '../state/store.ts'

/** How far a virtual clock is moved: by milliseconds, to the next attempt, or until nothing is pending. */
export type AdvanceTarget = { readonly by: number } | { readonly until: 'next-attempt' | 'settled' }

export interface AdvanceParts {
  readonly clock: Clock
  readonly store: Store
  /** Resolves once nothing is in flight nor due. */
  readonly idle: () => Promise<void>
  /** Whether nothing more is begun: what is due stays due. */
  readonly isStopped: () => boolean
}

/** Moves a virtual clock from due time to due time, finishing the attempts of each, up to the target. */
export async function advanceClock(
  { clock, store, idle, isStopped }: AdvanceParts,
  target: AdvanceTarget,
): Promise<void> {
  if (clock.mode.kind !== 'virtual') clock.moveTo(clock.now())
  await idle()
  const end = await endOf(target, clock, store)
  for (;;) {
    const next = await store.nextDueAt()
    if (isStopped()) return
    if (next === null || next > end) break
    clock.moveTo(next)
    await idle()
  }
  if ('by' in target) {
    clock.moveTo(end)
    await idle()
  }
}

async function endOf(target: AdvanceTarget, clock: Clock, store: Store): Promise<Instant> {
  if ('by' in target) return clock.now() + target.by
  return target.until === 'settled' ? Number.POSITIVE_INFINITY : ((await store.nextDueAt()) ?? clock.now())
}
