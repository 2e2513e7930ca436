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
    isJsonObject(step) && isJsonObject(step.fault) ? problemsOf(step.fault, `/steps/${i}/fault`, known) : [],
  )
  return [...planned, ...steps]
}

function problemsOf(source: JsonObject, at: string, { providers, named }: Known): readonly ScenarioProblem[] {
  const on = isJsonObject(source.on) ? source.on : {}
  const meant = providers.filter(({ id }) => on.provider === undefined || on.provider === id)
  const account = [...new Set(meant.flatMap(({ accounts }) => accounts.map(({ name }) => name as string)))]
  const names = { ...knownNames(providers, on.provider), account }
  // Of a provider that is not there nothing is known.
  const isCertain = on.provider === undefined ? named.length === providers.length : meant.length > 0
  // What a reference stands for is not known before it is there.
  const fixed = Object.entries(names).filter(([key]) => !String(on[key]).startsWith('$'))
  const read = readFault(source, isCertain ? Object.fromEntries(fixed) : {})
  if ('fault' in read) return []
  return read.problems.map(({ pointer, reason, hint }) => scenarioProblem(`${at}${pointer}`, reason, hint))
}
