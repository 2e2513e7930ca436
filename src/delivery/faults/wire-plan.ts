import type { DeliveryAction } from '../../fault/fault.ts'
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

/** What becomes of a request on its way, beside being sent. */
export interface WirePlan {
  /** Nothing is sent. */
  readonly dropped: boolean
  /** The body ends after this share: by the end of the stream, or by a TCP reset. */
  readonly cut: { readonly how: 'end' | 'reset'; readonly at: number } | null
  /** Milliseconds of real time from the first byte of the body to the last. */
  readonly overMs: number
  /** How often it is sent in all. */
  readonly copies: number
  readonly at: 'once' | 'in-turn'
}

const AS_IT_IS: WirePlan = { dropped: false, cut: null, overMs: 0, copies: 1, at: 'in-turn' }

type Plans = {
  readonly [N in DeliveryAction['name']]?: (action: Extract<DeliveryAction, { name: N }>) => Partial<WirePlan>
}

const PLANS: Plans = {
  drop: () => ({ dropped: true }),
  truncate: ({ at }) => ({ cut: { how: 'end', at } }),
  'reset-mid-body': ({ at }) => ({ cut: { how: 'reset', at } }),
  'slow-body': ({ overMs }) => ({ overMs }),
  duplicate: ({ copies, at }) => ({ copies, at }),
}

interface PlannedWire {
  /** Null: sent as any other. */
  readonly plan: WirePlan | null
  /** The actions that it comes from: of two that want different things of the same, the first. */
  readonly actions: readonly DeliveryAction[]
}

export function planWire(actions: readonly DeliveryAction[]): PlannedWire {
  const taken: DeliveryAction[] = []
  let plan: Partial<WirePlan> = {}
  for (const action of actions) {
    const wish = (PLANS[action.name] as ((action: DeliveryAction) => Partial<WirePlan>) | undefined)?.(action)
    if (wish === undefined || Object.keys(wish).some((key) => key in plan)) continue
    plan = { ...plan, ...wish }
    taken.push(action)
  }
  return { plan: taken.length === 0 ? null : { ...AS_IT_IS, ...plan }, actions: taken }
}
