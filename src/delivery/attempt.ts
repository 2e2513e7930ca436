import type { Attempt } from '../core/model.ts'
import type { DeliveryId } from '../core/random.ts'
import { attemptTimeout, explainTimeout } from './attempt-timeout.ts'
import { type CompletedAttempt, createCompletion, type SendResult } from './complete.ts'
import type { DeliveryContext } from './context.ts'
import type { DeliveryFaults } from './faults/match.ts'
import { transmit } from './faults/transmit.ts'
import { NOTHING, type NotPrepared, type PreparedAttempt, prepareAttempt } from './prepare.ts'
import type { ReadWriteLock } from './read-write-lock.ts'
import type { HttpSender } from './send.ts'

/** What became of a due delivery. */
export type AttemptResult =
  | CompletedAttempt
  | NotPrepared
  /** It could not be kept (a full disk); `again` goes on from there and never sends twice. */
  | { readonly kind: 'stalled'; readonly error: unknown; readonly again: () => Promise<AttemptResult> }

interface AttemptParts {
  readonly sender: HttpSender
  readonly faults: DeliveryFaults
  /** Held for reading by whatever reads and keeps records; not while a request is under way, which may take long. */
  readonly lock: ReadWriteLock
  /** Whether somebody waits for this delivery's attempt: it is then made before it is due. */
  readonly isAwaited: (id: DeliveryId) => boolean
  /** Whether nothing more is begun. */
  readonly isStopped: () => boolean
  /** Whether sockets were cut off: what ends now is left unfinished, and the next start finds it. */
  readonly isClosed: () => boolean
}

/** Makes one attempt of a due delivery: prepared and kept, sent, completed and kept. */
export function createAttempts(
  context: DeliveryContext,
  { sender, faults, lock, isAwaited, isStopped, isClosed }: AttemptParts,
): (id: DeliveryId) => Promise<AttemptResult> {
  const completeAttempt = createCompletion(context)

  async function attempt(id: DeliveryId): Promise<AttemptResult> {
    if (isStopped()) return { kind: 'nothing', hold: true }
    try {
      const prepared = await lock.read(() => prepareAttempt(context, faults, id, isAwaited(id)))
      if (prepared.kind !== 'prepared') return prepared
      const result = await send(context, sender, prepared)
      return isClosed() ? NOTHING : complete(prepared, result)
    } catch (error) {
      return { kind: 'stalled', error, again: () => attempt(id) }
    }
  }

  async function complete(prepared: PreparedAttempt, result: SendResult): Promise<AttemptResult> {
    try {
      const completed = await lock.read(() => completeAttempt(prepared, result))
      if (completed === null) return NOTHING
      await validate(context, prepared, completed.attempt)
      return completed
    } catch (error) {
      return { kind: 'stalled', error, again: () => complete(prepared, result) }
    }
  }

  return attempt
}

async function send(
  context: DeliveryContext,
  sender: HttpSender,
  prepared: PreparedAttempt,
): Promise<SendResult> {
  const { provider, attempt, route, body, transport } = prepared
  if (route.kind === 'blocked') return { outcome: route, durationMs: 0 }
  if (!prepared.isFaulty) await validate(context, prepared, attempt)
  const { clock, http } = context
  const { method, headers } = attempt.request
  const ownMs = provider.delivery.timeoutMs
  const timeoutMs = attemptTimeout(ownMs, clock.mode, http?.attemptTimeoutMs)
  const request = { url: route.sentTo, method, headers, body, timeoutMs }
  const { outcome, durationMs } = await transmit(request, transport, { sender, clock })
  return { outcome: explainTimeout(outcome, ownMs, clock.mode, http?.attemptTimeoutMs), durationMs }
}

async function validate(
  { validate, feed }: DeliveryContext,
  { provider, event, body }: PreparedAttempt,
  attempt: Attempt,
): Promise<void> {
  const type = provider.events.get(event.type)
  if (validate === undefined || type === undefined) return
  try {
    await validate({ provider, event: type, attempt, body, raw: event.raw === true })
  } catch (error) {
    const text = `Failed to validate attempt ${attempt.id}: ${(error as Error).message}`
    feed.publish({ type: 'notice', text })
  }
}
