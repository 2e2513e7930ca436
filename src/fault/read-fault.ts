import { isJsonObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import { suggestion } from '../core/nearest.ts'
import { FAULT_KEYS, type Fault, PLANES, type Plane, THENS, type Then } from './fault.ts'
import type { FaultProblem } from './problem.ts'
import { readActions } from './read-actions.ts'
import { type KnownNames, readMatch } from './read-match.ts'

export type ReadFault = { readonly fault: Omit<Fault, 'id'> } | { readonly problems: readonly FaultProblem[] }

const MEMBERS = ['plane', 'on', 'do', 'with', 'times', 'probability', 'key', 'then']

/**
 * A fault out of how it was written: `{plane, on, do, with?, times?, probability?, key?, then?}`.
 *
 * @example readFault({ plane: 'delivery', on: { attempt: 1 }, do: 'duplicate', with: { copies: 3 } })
 */
export function readFault(source: Json, known: KnownNames = {}): ReadFault {
  if (!isJsonObject(source)) return { problems: [{ pointer: '', reason: 'a fault is an object' }] }
  const unknown = Object.keys(source)
    .filter((key) => !MEMBERS.includes(key))
    .map((key) => ({
      pointer: toPointer([key]),
      reason: `a fault has no "${key}"`,
      hint: suggestion(key, MEMBERS),
    }))
  const plane = PLANES.find((one) => one === source.plane)
  if (plane === undefined) return { problems: [...unknown, planeProblem(source.plane)] }
  const { match, problems } = readMatch(plane, source.on, known)
  const read = readRest(plane, source)
  const wrong = [...unknown, ...problems, ...read.problems]
  if (wrong.length > 0 || read.fault === null) return { problems: wrong }
  return { fault: { ...read.fault, plane, on: match, source } as Omit<Fault, 'id'> }
}

function readRest(plane: Plane, source: JsonObject) {
  const problems: FaultProblem[] = []
  const { times, probability = 1, key, then } = source
  if (times !== undefined && !(Number.isInteger(times) && (times as number) >= 1))
    problems.push({
      pointer: '/times',
      reason: `"times" is ${shown(times)}, which is not a number from 1 on`,
    })
  if (!(typeof probability === 'number' && probability >= 0 && probability <= 1))
    problems.push({
      pointer: '/probability',
      reason: `"probability" is ${shown(probability)}, which is not a number from 0 to 1`,
    })
  if (key !== undefined && !FAULT_KEYS.includes(key as never))
    problems.push({
      pointer: '/key',
      reason: `${shown(key)} is nothing to count by`,
      hint: suggestion(String(key), FAULT_KEYS),
    })
  if (then !== undefined && !THENS.includes(then as never))
    problems.push({
      pointer: '/then',
      reason: `${shown(then)} is nothing that can follow a list`,
      hint: suggestion(String(then), THENS),
    })
  if (source.do === undefined)
    return { fault: null, problems: [...problems, { pointer: '', reason: 'it does not say what to "do"' }] }
  const read = readActions(plane, source.do, source.with)
  if ('problems' in read) return { fault: null, problems: [...problems, ...read.problems] }
  const isList = Array.isArray(source.do)
  return {
    problems,
    fault: {
      do: read.actions,
      times: (times as number | undefined) ?? null,
      probability: probability as number,
      key: (key as Fault['key'] | undefined) ?? null,
      afterwards: (then as Then | undefined) ?? (isList ? 'pass' : 'repeat-last'),
    },
  }
}

function planeProblem(plane: Json | undefined): FaultProblem {
  if (plane === undefined)
    return { pointer: '', reason: 'it does not say on which "plane"', hint: PLANE_HINT }
  return {
    pointer: '/plane',
    reason: `${shown(plane)} is no plane`,
    hint: suggestion(String(plane), PLANES),
  }
}

function shown(value: Json): string {
  return typeof value === 'string' ? `"${value}"` : JSON.stringify(value)
}

const PLANE_HINT = `Known are: ${PLANES.join(', ')}.`
