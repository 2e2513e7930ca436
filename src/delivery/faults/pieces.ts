import type { WirePlan } from './wire-plan.ts'

export interface Pieces {
  readonly pieces: readonly Uint8Array[]
  /** Milliseconds between one piece and the next. */
  readonly pauseMs: number
  /** What Content-Length says: more than is sent where the body is to end early. */
  readonly promised: number
}

const EVERY_MS = 50

/** How a body goes out: as much of it as is to be sent, in as many pieces as its time has room for. */
export function piecesOf(body: Uint8Array, { cut, overMs }: Pick<WirePlan, 'cut' | 'overMs'>): Pieces {
  const share = cut === null ? body.length : Math.floor(body.length * cut.at)
  // A reset within the body leaves something of it unsaid.
  const length = cut?.how === 'reset' ? Math.min(share, Math.max(0, body.length - 1)) : share
  const promised = cut?.how === 'end' ? Math.max(body.length, length + 1) : body.length
  const wanted = overMs === 0 ? 1 : Math.ceil(overMs / EVERY_MS) + 1
  const count = Math.min(wanted, length)
  const end = (i: number) => Math.round((length * i) / count)
  const pieces = Array.from({ length: count }, (_, i) => body.subarray(end(i), end(i + 1)))
  return { pieces, promised, pauseMs: count < 2 ? 0 : overMs / (count - 1) }
}
