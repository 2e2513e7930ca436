import { MockError } from '../core/errors.ts'
import { suggestion } from '../core/text.ts'
import { parseDuration } from '../core/units.ts'
import type { DeliveryPolicy, Jitter, Provider, Schedule } from './provider.ts'
import type { DeliveryKeyword, JitterKeyword, ScheduleKeyword } from './vocabulary.ts'
/**
 * The providers, delivering as the chosen variants do; the others as they did. A later choice counts more.
 *
 * @param choices `NAME`, for every provider that has it, or `ID=NAME`
 * @throws MockError (input) for a provider that is not served, or a name that it, or none of them, knows.
 */
export function chooseVariants(
  providers: readonly Provider[],
  choices: readonly string[],
): readonly Provider[] {
  return choices.reduce(chosen, providers)
}

function chosen(providers: readonly Provider[], choice: string): readonly Provider[] {
  const [, id, name] = /^([a-z0-9][a-z0-9-]*)=(.+)$/s.exec(choice) ?? [choice, undefined, choice]
  const named = id === undefined ? providers : providers.filter((provider) => provider.id === id)
  if (id !== undefined && named.length === 0) {
    const ids = providers.map((provider) => provider.id)
    throw failed(choice, `the provider "${id}" is not served`, suggestion(id, ids))
  }
  if (name !== undefined && named.some(({ variants }) => variants.has(name)))
    return providers.map((provider) => (named.includes(provider) ? delivering(provider, name) : provider))
  const known = named.filter(({ variants }) => variants.size > 0).map(namesOf)
  throw failed(
    choice,
    id === undefined ? 'no provider that is served has it' : `${id} has no such variant`,
    known.length === 0 ? 'There are none to choose from.' : `Known are ${known.join(', ')}.`,
  )
}

function delivering(provider: Provider, name: string): Provider {
  const delivery = provider.variants.get(name)
  return delivery === undefined ? provider : Object.freeze({ ...provider, delivery })
}

/** `acme=sandbox, acme=live`, as they are written. */
function namesOf({ id, variants }: Provider): string {
  return [...variants.keys()].map((name) => `${id}=${name}`).join(', ')
}

function failed(choice: string, reason: string, hint: string): MockError {
  return new MockError('input', 'UNKNOWN_VARIANT', `Failed to choose the variant "${choice}": ${reason}.`, {
    hint,
  })
}

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
