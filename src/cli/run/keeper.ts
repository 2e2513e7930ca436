import type { RunScenariosOptions } from '../../scenario/run-scenarios.ts'
import type { Io } from '../io.ts'

type Keep = NonNullable<RunScenariosOptions['keep']>

export interface Keeper {
  readonly keep: Keep
  /** Where something was kept: says where it is, and closes it when it is told to stop. */
  untilStopped(stopped: Promise<unknown>, io: Pick<Io, 'err'>): Promise<void>
}

/** Takes over the mocks that are left up after a failure. */
export function createKeeper(): Keeper {
  const kept: { readonly origin: string; readonly close: () => Promise<void> }[] = []
  return {
    keep: ({ origin }, close) => void kept.push({ origin, close }),
    async untilStopped(stopped, io) {
      if (kept.length === 0) return
      for (const { origin } of kept)
        io.err(
          `Still up as it was at the failure: ${origin}`,
          `  hookproof deliveries --server ${origin}`,
          'Stop with ^C.',
        )
      await stopped
      for (const { close } of kept) await close()
    },
  }
}
