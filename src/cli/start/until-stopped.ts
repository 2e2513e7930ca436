import type { Io } from '../io.ts'

const INTERRUPTED = 130

/** Resolves to null at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function untilStopped(io: Pick<Io, 'onSignal' | 'exit'>): {
  promise: Promise<null>
  dispose: () => void
} {
  let signals = 0
  let dispose = () => {}
  const promise = new Promise<null>((resolve) => {
    dispose = io.onSignal(() => {
      signals++
      if (signals === 1) resolve(null)
      else io.exit(INTERRUPTED)
    })
  })
  return { promise, dispose }
}
