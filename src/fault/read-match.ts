import { isJsonObject, type Json, toPointer } from '../core/json.ts'
import { nearest, suggestion } from '../core/nearest.ts'
import type { FaultMatch, Plane } from './fault.ts'
import type { FaultProblem } from './problem.ts'

/** What may be told apart on each plane. */
export const MATCHES: Readonly<Record<Plane, readonly (keyof FaultMatch)[]>> = {
  api: ['provider', 'account', 'operation', 'nth'],
  delivery: ['provider', 'account', 'event', 'webhook', 'attempt', 'nth'],
  receiver: ['provider', 'event', 'attempt', 'nth'],
}

/** Names that exist, to find the mistyped ones; what is absent is not checked. */
export interface KnownNames {
  readonly provider?: readonly string[]
  readonly account?: readonly string[]
  readonly operation?: readonly string[]
  readonly event?: readonly string[]
  /** An event may be named by the id that its provider gives it, too: what resembles no type is one. */
  readonly eventIds?: boolean
}

const NUMBERS: ReadonlySet<string> = new Set(['attempt', 'nth'])

export function readMatch(
  plane: Plane,
  on: Json | undefined,
  known: KnownNames,
): { readonly match: FaultMatch; readonly problems: readonly FaultProblem[] } {
  if (on === undefined) return { match: {}, problems: [] }
  if (!isJsonObject(on))
    return {
      match: {},
      problems: [
        {
          pointer: '/on',
          reason: `"on" is ${JSON.stringify(on)}, which is not an object such as {event: …}`,
        },
      ],
    }
  const problems: FaultProblem[] = []
  const match: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(on)) {
    const problem = problemOf(plane, key, value, known)
    if (problem !== null) problems.push({ pointer: toPointer(['on', key]), ...problem })
    else match[key] = NUMBERS.has(key) ? [value].flat() : value
  }
  return { match: match as FaultMatch, problems }
}

function problemOf(
  plane: Plane,
  key: string,
  value: Json,
  known: KnownNames,
): Omit<FaultProblem, 'pointer'> | null {
  const keys = MATCHES[plane]
  if (!keys.includes(key as keyof FaultMatch))
    return { reason: `a fault of the ${plane} plane is not matched by "${key}"`, hint: suggestion(key, keys) }
  if (NUMBERS.has(key)) {
    const numbers = [value].flat() as readonly Json[]
    const areCounts = numbers.length > 0 && numbers.every((n) => Number.isInteger(n) && (n as number) >= 1)
    return areCounts
      ? null
      : {
          reason: `"${key}" is ${JSON.stringify(value)}, which is not a number from 1 on, or a list of these`,
        }
  }
  if (typeof value !== 'string' || value === '')
    return { reason: `"${key}" is ${JSON.stringify(value)}, which is not a text` }
  const names = known[key as 'provider' | 'account' | 'operation' | 'event']
  if (names === undefined || names.includes(value) || (key === 'event' && isEventId(value, known)))
    return null
  return { reason: `there is no ${key} "${value}"`, hint: suggestion(value, names) }
}

/** The id of one event is no type, and is known only once there is one. */
function isEventId(value: string, { event = [], eventIds = false }: KnownNames): boolean {
  return value.startsWith('evt_') || (eventIds && nearest(value, event) === undefined)
}
