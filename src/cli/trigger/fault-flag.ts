import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { DeliveryAction, Fault, FaultOf } from '../../fault/fault.ts'
import { readFault } from '../../fault/read-fault.ts'
import { BadValue, type Reader } from '../flag.ts'

/** One `--fault`: what it does, and how a fault is written that does it. */
export interface FaultFlag {
  readonly action: DeliveryAction | null
  /** `do` of a fault. */
  readonly does: Json
}

/**
 * A fault of the delivery plane: `duplicate`, and with parameters `delay:30s`, `duplicate:copies=3,at=once` or
 * `extra-fields:{"fields":{"a":1}}`.
 */
export const deliveryFault: Reader<FaultFlag> = (given) => {
  const [, name = '', text] = /^([^:]+)(?::(.*))?$/s.exec(given) ?? []
  if (name === '') throw new BadValue(`"${given}" names no fault`, 'Write it as duplicate, or delay:30s.')
  const does: Json = text === undefined ? name : { [name]: parameters(text) }
  const read = readFault({ plane: 'delivery', do: does })
  if ('problems' in read) {
    const [problem] = read.problems
    throw new BadValue(problem?.reason ?? `"${given}" is no fault`, problem?.hint)
  }
  const [action] = (read.fault as Omit<Fault, 'id'> as FaultOf<'delivery'>).do
  return { does, action: action === undefined || action.name === 'pass' ? null : action }
}

/** JSON, `key=value,…`, or one plain value. */
function parameters(text: string): Json {
  const json = parsed(text)
  if (isJsonObject(json)) return json
  const pairs = text.split(',').map((pair) => /^\s*([a-z]+)=(.*)$/s.exec(pair))
  if (pairs.some((pair) => pair === null)) return json ?? text
  return Object.fromEntries(
    pairs.map((pair) => [pair?.[1] ?? '', parsed(pair?.[2] ?? '') ?? pair?.[2] ?? '']),
  ) as JsonObject
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
