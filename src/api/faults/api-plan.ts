import type { Delay, Hit, Moment } from '../../fault/fault.ts'
import type { RateLimits } from './rate-limits.ts'

type Action = Hit<'api'>['action']
export type Cut = Extract<Action, { name: 'timeout' | 'reset' | 'empty' | 'malformed' }>['name']
export type StatusAction = Extract<Action, { name: 'status' }>

/** What faults make of one request: of two that exclude each other, the first one. */
export interface ApiPlan {
  /** By name, in the order in which they were added. */
  readonly names: readonly string[]
  readonly latency: readonly Delay[]
  /** What takes the place of the answer, and whether the operation is performed before that. */
  readonly instead:
    | ({ readonly when: Moment } & ({ readonly status: StatusAction } | { readonly cut: Cut }))
    | null
  readonly dribbleMs: number | null
}

/** @param limits counts for `rate-limit`, on the mock's clock */
export function planRequest(
  hits: readonly Hit<'api'>[],
  account: string | null,
  limits: RateLimits,
): ApiPlan {
  const limited = hits.flatMap(({ fault, action }): readonly Named[] => {
    if (action.name !== 'rate-limit') return [{ name: action.name, action }]
    const retryAfter = limits.overBy(`${fault} ${account ?? ''}`, action)
    return retryAfter === null ? [] : [{ name: action.name, action: tooMany(retryAfter) }]
  })
  const struck = limited.map(({ action }) => action)
  return {
    names: limited.map(({ name }) => name),
    latency: struck.flatMap((action) => (action.name === 'latency' ? [action.delay] : [])),
    instead: struck.map(insteadOf).find((one) => one !== null) ?? null,
    dribbleMs: struck.flatMap((action) => (action.name === 'dribble' ? [action.overMs] : []))[0] ?? null,
  }
}

interface Named {
  readonly name: Action['name']
  readonly action: Exclude<Action, { name: 'rate-limit' }>
}

function insteadOf(action: Action): ApiPlan['instead'] {
  switch (action.name) {
    case 'status':
      return { when: action.when, status: action }
    case 'timeout':
    case 'reset':
    case 'empty':
    case 'malformed':
      return { when: action.when, cut: action.name }
    default:
      return null
  }
}

function tooMany(retryAfter: number): StatusAction {
  const headers = { 'Retry-After': String(retryAfter) }
  return { name: 'status', status: 429, headers, body: undefined, when: 'before' }
}
