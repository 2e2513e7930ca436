import type { Clock } from '../../core/clock.ts'
import type { Outcome } from '../../core/model.ts'
import type { Transport } from '../../fault/delivery-fault.ts'
import type { HttpRequest } from '../http.ts'
import type { HttpSender } from '../send.ts'

interface Transmitted {
  readonly outcome: Outcome
  readonly durationMs: number
}

interface TransmittedCopies extends Transmitted {
  /** What became of the copies beside the first. */
  readonly others: readonly Transmitted[]
}

const DROPPED: Outcome = {
  kind: 'connection-failed',
  error: 'the fault drop lost it on its way: nothing was sent',
  code: 'DROPPED',
}

/**
 * Sends a request as its plan says. Of several copies, each its own exchange, the first one's outcome is the attempt's,
 * whatever the others are answered; it is there once all have ended.
 */
export async function transmit(
  request: HttpRequest,
  plan: Transport | null,
  { sender, clock }: { readonly sender: Pick<HttpSender, 'send'>; readonly clock: Pick<Clock, 'elapsed'> },
): Promise<TransmittedCopies> {
  const once = async (one: HttpRequest): Promise<Transmitted> => {
    const start = clock.elapsed()
    const outcome = await sender.send(one)
    return { outcome, durationMs: Math.round((clock.elapsed() - start) * 10) / 10 }
  }
  if (plan === null) return { ...(await once(request)), others: [] }
  if (plan.dropped) return { outcome: DROPPED, durationMs: 0, others: [] }
  const { cut, overMs, copies } = plan
  const copy: HttpRequest = cut === null && overMs === 0 ? request : { ...request, raw: { cut, overMs } }
  const first = once(copy)
  if (plan.at === 'in-turn') await first
  const others: Promise<Transmitted>[] = []
  for (let i = 1; i < copies; i++) {
    const other = once(copy)
    others.push(other)
    if (plan.at === 'in-turn') await other
  }
  const rest = await Promise.all(others)
  return { ...(await first), others: rest }
}
