import { parseDuration } from '../core/units.ts'
import type { DeliveryPolicy, Jitter, Provider, Schedule } from './provider.ts'
import type { DeliveryKeyword, JitterKeyword, ScheduleKeyword } from './vocabulary.ts'

const known = new WeakMap<Provider, Map<string, Provider>>()

/** The provider as it delivers in an environment; as it is where it knows no such environment. */
export function inEnvironment(provider: Provider, environment: string | null): Provider {
  const delivery = environment === null ? undefined : provider.environments.get(environment)
  if (environment === null || delivery === undefined || environment === provider.environment) return provider
  const made = known.get(provider) ?? new Map<string, Provider>()
  known.set(provider, made)
  const there = made.get(environment) ?? Object.freeze({ ...provider, delivery, environment })
  made.set(environment, there)
  return there
}

const DEFAULT_TIMEOUT = '10s'

/** The policy of each environment, and the one that counts unless an account names another: the first. */
export function compileDeliveries(
  keyword: DeliveryKeyword,
): Pick<Provider, 'delivery' | 'environment' | 'environments'> {
  const environments = Object.entries(environmentKeywords(keyword)).map(
    ([name, environment]) => [name, compileDelivery(environment)] as const,
  )
  const [environment = null, delivery = compileDelivery(keyword)] = environments[0] ?? []
  return { delivery, environment, environments: new Map(environments) }
}

/** Each environment with what it leaves as it is. */
export function environmentKeywords({
  environments = {},
  ...base
}: DeliveryKeyword): Readonly<Record<string, DeliveryKeyword>> {
  return Object.fromEntries(
    Object.entries(environments).map(([name, environment]) => [name, { ...base, ...environment }]),
  )
}

/** The policy of a keyword as it stands, whatever its environments. */
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
    retryTests: chosen.retryTests ?? false,
    inOrder: chosen.inOrder ?? false,
    disable:
      disable === undefined
        ? null
        : {
            after: disable.after ?? null,
            window: duration(disable.window),
            statuses: disable.statuses ?? [],
            how: disable.how ?? 'disable',
            ...(disable.reactivate === 'after-test' && { afterTest: true }),
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
