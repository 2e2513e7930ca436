import { restoreState, unknownProviderIn } from '../../api/restore-state.ts'
import { timeOrNull } from '../../api/views.ts'
import { describeClockMode } from '../../core/clock.ts'
import type { Json, JsonObject } from '../../core/json.ts'
import { isoTime, readDuration } from '../../core/units.ts'
import { type ControlHandler, ok } from '../call.ts'
import { accountNamed, providerNamed } from '../lookup.ts'
import { badField } from '../problems.ts'

const HOUR = 3_600_000

/** Longer than any schedule, and far from the end of what a date can hold. */
const LONGEST_ADVANCE = 36_500 * 24 * HOUR

export const LONGEST_WAIT = HOUR

/** Milliseconds of a duration that the contract has let through; undefined when it is longer than `most`. */
export function durationOf(text: Json | undefined, otherwise: number, most: number): number | undefined {
  const ms = typeof text === 'string' ? (readDuration(text) ?? otherwise) : otherwise
  return ms <= most ? ms : undefined
}

/** The client has gone: whatever was awaited for it is of no use any more. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** What `work` comes to, or {@link ClientGone} as soon as the client has gone. */
export function unlessGone<T>(work: Promise<T>, gone: AbortSignal): Promise<T> {
  if (gone.aborted) return Promise.reject(new ClientGone())
  return new Promise((resolve, reject) => {
    const leave = () => reject(new ClientGone())
    gone.addEventListener('abort', leave, { once: true })
    work.then(resolve, reject).finally(() => gone.removeEventListener('abort', leave))
  })
}

const DEFAULT_SETTLE_MS = 10_000

export const readClock: ControlHandler = ({ parts: { clock } }) =>
  ok({ mode: describeClockMode(clock.mode), now: isoTime(clock.now()) })

export const advanceClock: ControlHandler = async ({ parts: { queue, clock }, body, gone }) => {
  const { attempts } = await unlessGone(queue.advance(advanceOf(body)), gone)
  return ok({ now: isoTime(clock.now()), attempts })
}

export const settle: ControlHandler = async ({ parts: { queue }, body, gone }) => {
  const timeout = durationOf(body.timeout, DEFAULT_SETTLE_MS, LONGEST_WAIT)
  if (timeout === undefined) throw badField('/timeout', 'timeout must be at most 1h.')
  const { settled, inFlight, pending, nextAttemptAt } = await unlessGone(queue.settle(timeout), gone)
  return ok({ settled, inFlight, pending, nextAttemptAt: timeOrNull(nextAttemptAt) })
}

function advanceOf({
  by,
  until,
}: JsonObject): { readonly by: number } | { readonly until: 'next-attempt' | 'settled' } {
  if (until !== undefined) return { until: until as 'next-attempt' | 'settled' }
  const ms = durationOf(by, 0, LONGEST_ADVANCE)
  if (ms === undefined) throw badField('/by', 'by must be at most 36500d.')
  return { by: ms }
}

export const reset: ControlHandler = async ({ parts, body }) => {
  if (body.provider === undefined) {
    if (body.account !== undefined)
      throw badField('/account', 'An account is known by its provider: name that as well.')
    await parts.reset()
  } else {
    const provider = providerNamed(parts, body.provider)
    const account = body.account === undefined ? undefined : await accountNamed(parts, provider, body.account)
    await parts.reset({ provider: provider.id, account: account?.name })
  }
  return ok({ provider: body.provider ?? null, account: body.account ?? null })
}

export const readSnapshot: ControlHandler = async ({ parts }) => ok(await parts.store.exportState())

/** A refused snapshot changes nothing; an accepted one takes the place of the state and of the journal. */
export const writeSnapshot: ControlHandler = async ({ parts, body }) => {
  const stranger = unknownProviderIn(body, parts)
  if (stranger !== null) throw badField(stranger.pointer, stranger.detail, 'unknown-name')
  await restoreState(parts, body)
  return ok(await parts.store.summary())
}
