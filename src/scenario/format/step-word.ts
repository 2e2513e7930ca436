import type { JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/nearest.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'
import { BESIDE, STEP_FORMS } from './step-forms.ts'

/** The word of a step that says what it does, or what is wrong with it. */
export function stepWord(
  step: JsonObject,
): { readonly word: string } | { readonly problem: ScenarioProblem } {
  const known = Object.keys(step).filter((key) => Object.hasOwn(STEP_FORMS, key))
  // `expect` is a step of its own, and stands beside others.
  const words = known.length > 1 ? known.filter((key) => key !== 'expect') : known
  const [word, second] = words
  const unknown = Object.keys(step).find((key) => !BESIDE.includes(key) && !words.includes(key))
  const names = Object.keys(STEP_FORMS)
  if (second !== undefined) {
    const reason = `a step does one thing, and this one has "${words.join('" and "')}"`
    return { problem: scenarioProblem('', reason, 'Write two steps.') }
  }
  // What is misspelt beside an `expect` was to be what the step does.
  const isOnlyExpect = word === 'expect' && unknown !== undefined
  if (word !== undefined && !isOnlyExpect) return { word }
  if (unknown === undefined)
    return {
      problem: scenarioProblem('', 'the step does not say what to do', `Known are: ${names.join(', ')}.`),
    }
  return { problem: scenarioProblem(`/${unknown}`, `"${unknown}" is no step`, suggestion(unknown, names)) }
}
