import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { PLANES } from '../../fault/fault.ts'
import { knownNames } from '../../fault/known-names.ts'
import { readFault } from '../../fault/read-fault.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'
import type { Known } from './known-providers.ts'

/** What is wrong with the faults of a file, those of its steps among them. */
export function faultProblems(file: JsonObject, known: Known): readonly ScenarioProblem[] {
  const planes = (file.faults ?? {}) as JsonObject
  const planned = PLANES.flatMap((plane) =>
    ((planes[plane] ?? []) as readonly JsonObject[]).flatMap((fault, i) =>
      problemsOf({ ...fault, plane }, `/faults/${plane}/${i}`, known),
    ),
  )
  const steps = ((file.steps ?? []) as readonly Json[]).flatMap((step, i) =>
    isJsonObject(step) && step.fault !== undefined ? problemsOf(step.fault, `/steps/${i}/fault`, known) : [],
  )
  return [...planned, ...steps]
}

function problemsOf(source: Json, at: string, { providers }: Known): readonly ScenarioProblem[] {
  const on = isJsonObject(source) && isJsonObject(source.on) ? source.on : {}
  const { event, ...names } = knownNames(providers, on.provider)
  // An event may be named by what a trigger called it; those names are looked at with the others.
  const isOwnName = typeof on.event === 'string' && on.event.startsWith('$')
  const read = readFault(source, { ...names, ...(!isOwnName && event !== undefined && { event }) })
  if ('fault' in read) return []
  return read.problems.map(({ pointer, reason, hint }) => scenarioProblem(`${at}${pointer}`, reason, hint))
}
