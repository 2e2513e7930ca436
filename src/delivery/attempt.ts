import type { ClockMode } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import { type Attempt, type Delivery, type Event, type Outcome, toBody, type Webhook } from '../core/model.ts'
import type { DeliveryId, WebhookId } from '../core/random.ts'
import { formatDuration, parseUrl } from '../core/units.ts'
import { newId } from '../event/compose.ts'
import type { DeliveryAction } from '../fault/fault.ts'
import type { Provider } from '../spec/provider.ts'
import { type Change, put } from '../state/store.ts'
import type { Blocked } from './egress.ts'
import { type BuildInput, type BuiltAttempt, buildAttempt, unsentAttempt } from './faults/apply.ts'
import type { DeliveryFaults, Postponement } from './faults/hold.ts'
import { transmit } from './faults/transmit.ts'
import type { WirePlan } from './faults/wire-plan.ts'
import type { Gate } from './lanes.ts'
import type { DeliveryParts } from './parts.ts'
import type { AttemptFacts } from './request.ts'
import { nextStep, settled } from './retry.ts'
import type { Exchange } from './send.ts'
import { webhookAfter } from './webhook-health.ts'

/** A schedule that is run fast must not wait long for a real exchange. */
const FAST_TIMEOUT = 1_000

/** For how long an attempt may take, by the wall clock. */
export function attemptTimeout(ownMs: number, mode: ClockMode, overrideMs?: number): number {
  return overrideMs ?? (mode.kind === 'real' ? ownMs : Math.min(ownMs, FAST_TIMEOUT))
}

/** A receiver that was cut off sooner than the provider would have done must not be blamed without a word of it. */
export function tellShortened(
  outcome: Outcome,
  ownMs: number,
  mode: ClockMode,
  overrideMs?: number,
): Outcome {
  const isShortened = outcome.kind === 'timed-out' && attemptTimeout(ownMs, mode, overrideMs) < ownMs
  if (!isShortened || overrideMs !== undefined) return outcome
  const more = `on a real clock ${formatDuration(ownMs)}; --attempt-timeout sets another`
  return { ...outcome, error: `${outcome.error} (${more})` }
}

/** Why a pending delivery is not attempted; null when it is. A test goes to a webhook that is switched off, too. */
export function cancelReason(
  webhook: Webhook | undefined,
  { cause }: Pick<Delivery, 'cause'>,
): string | null {
  if (webhook === undefined) return 'the webhook is gone'
  const by = webhook.disabledBy === null ? '' : `: ${webhook.disabledBy.reason}`
  if (webhook.deletedAt !== null) return `the webhook was deleted${by}`
  return webhook.enabled || cause === 'test' ? null : `the webhook is switched off${by}`
}

interface Result {
  readonly outcome: Outcome
  /** Null when nobody measured it: it was cut off. */
  readonly durationMs: number | null
}

interface Completed {
  readonly attempt: Attempt
  readonly delivery: Delivery
  readonly webhook: Webhook
  /** The provider switched the webhook off, or deleted it, because of this attempt. */
  readonly switchedOff: boolean
  /** This attempt settled it; false when it was settled while the attempt was under way. */
  readonly settledNow: boolean
  /** From its end to the next attempt; null when none follows. */
  readonly delayMs: number | null
}

/** Keeps what became of an attempt, its delivery and its webhook, in one commit; null when all were cleared away. */
type CompleteAttempt = (job: Job, result: Result) => Promise<Completed | null>

interface Waiting {
  readonly job: Job
  readonly result: Result
  readonly resolve: (completed: Completed | null) => void
  readonly reject: (error: unknown) => void
}

/** Attempts of one webhook that end while another is being kept are kept together, in one commit after it. */
function createCompletion(parts: DeliveryParts): CompleteAttempt {
  const batches = new Map<WebhookId, Waiting[]>()
  const keep = async (id: WebhookId) => {
    const batch = batches.get(id) ?? []
    batches.delete(id)
    try {
      const completed = await completeAll(parts, id, batch)
      for (const [i, { resolve }] of batch.entries()) resolve(completed[i] ?? null)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  return (job, result) =>
    new Promise((resolve, reject) => {
      const id = job.webhook.id
      const waiting = { job, result, resolve, reject }
      const batch = batches.get(id)
      if (batch !== undefined) {
        batch.push(waiting)
        return
      }
      batches.set(id, [waiting])
      void parts.mutex(id, () => keep(id))
    })
}

async function completeAll(
  parts: DeliveryParts,
  id: WebhookId,
  batch: readonly Waiting[],
): Promise<readonly (Completed | null)[]> {
  let webhook = await parts.store.webhook(id)
  if (webhook === undefined) return []
  const before = webhook
  const completed: (Completed | null)[] = []
  const changes: Change[] = []
  for (const { job, result } of batch) {
    const delivery = await parts.store.delivery(job.delivery.id)
    const begun = await parts.store.attempt(job.attempt.id)
    const done: Completed | null =
      delivery === undefined || begun?.outcome !== null
        ? null
        : complete(parts, { job, result, delivery, webhook })
    completed.push(done)
    if (done === null) continue
    changes.push(put('attempts', done.attempt), put('deliveries', done.delivery))
    webhook = done.webhook
  }
  if (webhook !== before) changes.push(put('webhooks', webhook))
  if (changes.length > 0) await parts.store.commit(changes)
  return completed
}

function complete(
  { clock, rng }: DeliveryParts,
  {
    job,
    result,
    delivery: kept,
    webhook: health,
  }: {
    readonly job: Job
    readonly result: Result
    readonly delivery: Delivery
    readonly webhook: Webhook
  },
): Completed {
  const { outcome, durationMs } = result
  const now = clock.now()
  const { delivery: policy } = job.provider
  const before = { ...kept, attempts: Math.max(kept.attempts, job.attempt.number) }
  const fraction = rng.fork(`${before.id} after ${before.attempts}`).fraction()
  const wasPending = before.status === 'pending'
  const stepped = wasPending
    ? nextStep({ delivery: before, outcome, policy, now, wall: clock.wall(), fraction })
    : before
  const webhook = wasPending
    ? webhookAfter({ webhook: health, delivery: stepped, outcome, disable: policy.disable, now })
    : health
  const reason = stepped.status === 'pending' ? cancelReason(webhook, stepped) : null
  const delivery = reason === null ? stepped : settled(stepped, 'cancelled', reason, now)
  const request = outcome.kind === 'blocked' ? { ...job.attempt.request, sentTo: null } : job.attempt.request
  return {
    attempt: { ...job.attempt, request, outcome, durationMs },
    delivery,
    webhook,
    switchedOff: webhook.disabledBy !== health.disabledBy,
    settledNow: wasPending && delivery.status !== 'pending',
    delayMs: delivery.nextAttemptAt === null ? null : Math.max(0, delivery.nextAttemptAt - now),
  }
}

/** An attempt that is kept and ready to be sent, or that is blocked. */
interface Job {
  readonly provider: Provider
  readonly event: Event
  readonly webhook: Webhook
  readonly delivery: Delivery
  readonly attempt: Attempt
  readonly body: Uint8Array
  /** Null: it is not sent, and `blocked` says why. */
  readonly sentTo: URL | null
  readonly blocked: Extract<Outcome, { kind: 'blocked' }> | null
  /** What goes wrong on its way; null: nothing. */
  readonly wire: WirePlan | null
  /** Whether a fault made it other than its provider would: its contract is then not held against it. */
  readonly isFaulty: boolean
}

type Prepared =
  | { readonly kind: 'ready'; readonly job: Job }
  | {
      readonly kind: 'cancelled'
      readonly delivery: Delivery
      readonly event: Event
      readonly webhook: Webhook
    }
  /** A fault has it sent later. */
  | { readonly kind: 'postponed'; readonly outOfOrder: boolean }
  /** Nothing to do here: settled or gone meanwhile, or of a provider that is not served this time. */
  | { readonly kind: 'nothing'; readonly hold: boolean }

const NOTHING: Prepared = { kind: 'nothing', hold: false }

/** Makes the next attempt of a delivery and keeps it, before anything is sent. */
async function prepareAttempt(
  parts: DeliveryParts,
  faults: DeliveryFaults,
  id: DeliveryId,
  isAwaited: boolean,
): Promise<Prepared> {
  const { store, clock } = parts
  const delivery = await store.delivery(id)
  if (delivery?.status !== 'pending') return NOTHING
  if (!isAwaited && (delivery.nextAttemptAt ?? 0) > clock.now()) return NOTHING
  const provider = parts.providers.get(delivery.provider)
  if (provider === undefined) return { kind: 'nothing', hold: true }
  const event = await store.event(delivery.event)
  const webhook = await store.webhook(delivery.webhook)
  if (event === undefined || webhook === undefined) {
    const reason = webhook === undefined ? 'the webhook is gone' : 'the event is no longer kept'
    await store.commit([put('deliveries', settled(delivery, 'cancelled', reason, clock.now()))])
    return NOTHING
  }
  const reason = cancelReason(webhook, delivery)
  if (reason !== null) {
    const cancelled = settled(delivery, 'cancelled', reason, clock.now())
    await store.commit([put('deliveries', cancelled)])
    return { kind: 'cancelled', delivery: cancelled, event, webhook }
  }
  const { actions, postponement } = faults.strike({ delivery, event, webhook })
  if (postponement !== null) return postpone(parts, { delivery, event }, postponement)
  // Two deliveries of one event to one webhook (a resend) must not count the same attempt.
  const job = await parts.mutex(`${event.id} ${webhook.id}`, () =>
    makeAttempt(parts, { provider, event, webhook, delivery }, actions),
  )
  faults.begun(id)
  return { kind: 'ready', job }
}

async function postpone(
  { store, mutex, feed }: DeliveryParts,
  { delivery: { id, webhook }, event }: Pick<Job, 'delivery' | 'event'>,
  { until, reason, outOfOrder }: Postponement,
): Promise<Prepared> {
  await mutex(webhook, async () => {
    const delivery = await store.delivery(id)
    if (delivery?.status === 'pending')
      await store.commit([put('deliveries', { ...delivery, nextAttemptAt: until })])
  })
  feed.publish({ type: 'notice', text: `${event.type} [${event.id}] ${reason}` })
  return { kind: 'postponed', outOfOrder }
}

async function makeAttempt(
  parts: DeliveryParts,
  { provider, event, webhook, delivery }: Pick<Job, 'provider' | 'event' | 'webhook' | 'delivery'>,
  actions: readonly DeliveryAction[],
): Promise<Job> {
  const { store, clock } = parts
  const number = delivery.attempts + 1
  // Which of several attempts at one time comes first to where it draws lots is decided by the network.
  const rng = parts.rng.fork(`${delivery.id} ${number}`)
  const providerId = await newId(provider.delivery.attemptId, `${provider.id}:attempt`, { store, rng })
  const facts: AttemptFacts = {
    event,
    webhook,
    delivery,
    attemptId: providerId.id,
    number,
    sequence: (await store.attemptCount(event.id, webhook.id)) + 1,
    sentAt: clock.now(),
  }
  const built = build(parts, { provider, facts, actions, rng })
  const route = built.kind === 'blocked' ? built : routeOf(parts, built.url)
  const sentTo = route.kind === 'open' ? route.sentTo : null
  const attempt: Attempt = {
    id: rng.attempt(),
    providerId: providerId.id,
    delivery: delivery.id,
    event: event.id,
    webhook: webhook.id,
    number: facts.number,
    sequence: facts.sequence,
    sentAt: facts.sentAt,
    signedAt: built.signedAt,
    request: {
      method: 'POST',
      url: built.url,
      sentTo: built.wire?.dropped === true ? null : (sentTo?.href ?? null),
      headers: built.headers,
      body: built.isOtherBody ? toBody(built.body) : null,
    },
    signature: built.signature,
    outcome: null,
    durationMs: null,
    faults: built.faults,
  }
  const begun = { ...delivery, attempts: facts.number }
  const blocked: Job['blocked'] =
    route.kind === 'blocked' ? { kind: 'blocked', error: route.error, hint: route.hint } : null
  await store.commit([...providerId.changes, put('attempts', attempt), put('deliveries', begun)])
  const { body, wire, isFaulty } = built
  return { provider, event, webhook, delivery: begun, attempt, body, sentTo, blocked, wire, isFaulty }
}

type Built = (BuiltAttempt & { readonly kind: 'built' }) | (BuiltAttempt & Blocked)

/** A secret that is no key of its scheme cannot sign: the attempt is shown, and never sent. */
function build(parts: DeliveryParts, input: Omit<BuildInput, 'signedAt' | 'version'>): Built {
  const { version, clock } = parts
  const signedAt = clock.wall()
  try {
    return { ...buildAttempt({ ...input, signedAt, version }, parts.feed), kind: 'built' }
  } catch (error) {
    if (!(error instanceof MockError)) throw error
    const unsent = unsentAttempt(input.facts.webhook.url, signedAt)
    return { ...unsent, kind: 'blocked', error: error.summary, hint: error.hint ?? '' }
  }
}

function routeOf({ egress }: DeliveryParts, text: string): ReturnType<DeliveryParts['egress']['route']> {
  const url = parseUrl(text)
  if (url !== null) return egress.route(url)
  return { kind: 'blocked', error: `"${text}" is no URL`, hint: 'register the webhook with another one' }
}

/** What became of a delivery's turn. */
export type TurnResult =
  | {
      readonly kind: 'completed'
      readonly provider: Provider
      readonly event: Event
      readonly completed: Completed
    }
  | {
      readonly kind: 'cancelled'
      readonly delivery: Delivery
      readonly event: Event
      readonly webhook: Webhook
    }
  /** A fault has it sent later; `outOfOrder`: those behind it need not wait. */
  | { readonly kind: 'postponed'; readonly outOfOrder: boolean }
  /** `hold`: it stays claimed, since nothing here can ever send it. */
  | { readonly kind: 'nothing'; readonly hold: boolean }
  /** It could not be kept (a full disk); `again` goes on from there and never sends twice. */
  | { readonly kind: 'stalled'; readonly error: unknown; readonly again: () => Promise<TurnResult> }

type AttemptOnce = (id: DeliveryId) => Promise<TurnResult>

interface Ending {
  /** Nothing more is begun. */
  readonly stopped: boolean
  /** Passed by whatever reads and keeps records; not by the exchange, which may take long. */
  readonly gate: Gate
  /** Sockets were cut off: what ends now is left unfinished, and the next start finds it. */
  readonly closed: boolean
}

export function createAttemptOnce(
  parts: DeliveryParts,
  exchange: Exchange,
  ending: Ending,
  { faults, isAwaited }: { readonly faults: DeliveryFaults; readonly isAwaited: (id: DeliveryId) => boolean },
): AttemptOnce {
  const completeAttempt = createCompletion(parts)
  const attemptOnce: AttemptOnce = async (id) => {
    if (ending.stopped) return { kind: 'nothing', hold: true }
    try {
      const prepared = await ending.gate.pass(() => prepareAttempt(parts, faults, id, isAwaited(id)))
      if (prepared.kind !== 'ready') return prepared
      const result = await send(parts, exchange, prepared.job)
      return ending.closed ? { kind: 'nothing', hold: false } : keep(prepared.job, result)
    } catch (error) {
      return { kind: 'stalled', error, again: () => attemptOnce(id) }
    }
  }
  const keep = async (job: Job, result: Result): Promise<TurnResult> => {
    try {
      const completed = await ending.gate.pass(() => completeAttempt(job, result))
      if (completed === null) return { kind: 'nothing', hold: false }
      await judge(parts, job, completed.attempt)
      return { kind: 'completed', provider: job.provider, event: job.event, completed }
    } catch (error) {
      return { kind: 'stalled', error, again: () => keep(job, result) }
    }
  }
  return attemptOnce
}

async function send(parts: DeliveryParts, exchange: Exchange, job: Job): Promise<Result> {
  const { clock } = parts
  if (job.sentTo === null || job.blocked !== null) return { outcome: job.blocked ?? UNSENT, durationMs: 0 }
  if (!job.isFaulty) await judge(parts, job, job.attempt)
  const { method, headers } = job.attempt.request
  const limit = [job.provider.delivery.timeoutMs, clock.mode, parts.exchange?.attemptTimeoutMs] as const
  const timeoutMs = attemptTimeout(...limit)
  const request = { url: job.sentTo, method, headers, body: job.body, timeoutMs }
  const { outcome, durationMs } = await transmit(request, job.wire, { exchange, clock })
  return { outcome: tellShortened(outcome, ...limit), durationMs }
}

const UNSENT: Outcome = {
  kind: 'blocked',
  error: 'there is nowhere to send it',
  hint: 'register another URL',
}

async function judge({ judge, feed }: DeliveryParts, job: Job, attempt: Attempt): Promise<void> {
  const event = job.provider.events.get(job.event.type)
  if (judge === undefined || event === undefined) return
  try {
    await judge({ provider: job.provider, event, attempt, body: job.body, raw: job.event.raw === true })
  } catch (error) {
    feed.publish({
      type: 'notice',
      text: `Failed to judge attempt ${attempt.id}: ${(error as Error).message}`,
    })
  }
}
