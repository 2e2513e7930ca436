import { parseDuration } from '../core/duration.ts'
import type { DeliveryPolicy, Jitter, Provider, Schedule } from './provider.ts'
import type { DeliveryKeyword, JitterKeyword, ScheduleKeyword } from './vocabulary.ts'

const DEFAULT_TIMEOUT = '10s'

/** The policy of each variant, by its name, and the one that counts unless one is chosen: the first. */
export function compileDeliveries(keyword: DeliveryKeyword): Pick<Provider, 'delivery' | 'variants'> {
  const variants = Object.entries(variantKeywords(keyword)).map(
    ([name, variant]) => [name, compileDelivery(variant)] as const,
  )
  return { delivery: variants[0]?.[1] ?? compileDelivery(keyword), variants: new Map(variants) }
}

/** Each variant with what it leaves as it is. */
export function variantKeywords({
  variants = {},
  ...base
}: DeliveryKeyword): Readonly<Record<string, DeliveryKeyword>> {
  return Object.fromEntries(
    Object.entries(variants).map(([name, variant]) => [name, { ...base, ...variant }]),
  )
}

/** The policy of a keyword as it stands, whatever its variants. */
export function compileDelivery(chosen: DeliveryKeyword): DeliveryPolicy {
  const { disable } = chosen
  return {
    eventId: chosen.eventId,
    attemptId: chosen.attemptId,
    headers: chosen.headers ?? {},
    timeoutMs: parseDuration(chosen.timeout ?? DEFAULT_TIMEOUT),
    success: chosen.success ?? ['2xx'],
    schedule: compileSchedule(chosen.schedule),
    retryOn: chosen.retryOn ?? null,
    jitter: compileJitter(chosen.jitter ?? 'none'),
    retryAfter: compileRetryAfter(chosen.retryAfter ?? 'ignore'),
    inOrder: chosen.inOrder ?? false,
    disable:
      disable === undefined
        ? null
        : {
            after: disable.after ?? null,
            window: duration(disable.window),
            statuses: disable.statuses ?? [],
            how: disable.how ?? 'disable',
          },
  }
}

function compileSchedule(keyword: ScheduleKeyword): Schedule {
  const limits = { attempts: keyword.attempts ?? null, window: duration(keyword.window) }
  if ('delays' in keyword)
    return {
      kind: 'list',
      delays: keyword.delays.map((delay) => parseDuration(delay)),
      repeatLast: keyword.then === 'repeat-last',
      ...limits,
    }
  return {
    kind: 'exponential',
    base: parseDuration(keyword.base),
    factor: keyword.factor,
    cap: duration(keyword.cap),
    ...limits,
  }
}

function compileJitter(keyword: JitterKeyword): Jitter {
  if (typeof keyword === 'string') return { kind: keyword }
  if ('plusMinus' in keyword) return { kind: 'plus-minus', share: keyword.plusMinus }
  return { kind: 'add', share: keyword.add, min: duration(keyword.min) ?? 0, max: duration(keyword.max) }
}

function compileRetryAfter(
  keyword: NonNullable<DeliveryKeyword['retryAfter']>,
): DeliveryPolicy['retryAfter'] {
  return typeof keyword === 'string' ? { kind: keyword } : { kind: 'clamp', to: parseDuration(keyword.clamp) }
}

function duration(text: string | undefined): number | null {
  return text === undefined ? null : parseDuration(text)
}
