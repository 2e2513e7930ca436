import { isJsonObject, type Json, type JsonObject, toPointer } from '../../core/json.ts'
import { suggestion } from '../../core/nearest.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'
import { EXPECTATION_FORMS } from './expectation-forms.ts'
import type { Judge } from './form-problems.ts'
import { ANSWER_EXPECTATION, EXEC_EXPECTATION } from './schemas.ts'
import { BARE_STEPS, STEP_FORMS } from './step-forms.ts'
import { stepWord } from './step-word.ts'

/** What is wrong with the form of a step: first which one it is, then what its own schema has against it. */
export function stepProblems(
  step: Json,
  pointer: string,
  judgeOf: (word: string) => Judge,
): readonly ScenarioProblem[] {
  return withoutPlace(step, judgeOf).map((problem) => ({
    ...problem,
    pointer: `${pointer}${problem.pointer}`,
  }))
}

function withoutPlace(step: Json, judgeOf: (word: string) => Judge): readonly ScenarioProblem[] {
  if (typeof step === 'string') return bareProblems(step)
  // That it is neither is said by the schema of the whole file.
  if (!isJsonObject(step)) return []
  const found = stepWord(step)
  if ('problem' in found) return [found.problem]
  const { word } = found
  const answerless = answerlessProblems(word, step)
  const told = { ...step }
  for (const { pointer } of answerless) delete told[pointer.slice(1)]
  return [...answerless, ...(EXTRA[word]?.(step[word] ?? null) ?? []), ...judgeOf(word)(told)]
}

function bareProblems(step: string): readonly ScenarioProblem[] {
  if (BARE_STEPS.includes(step)) return []
  const isStep = Object.hasOwn(STEP_FORMS, step)
  const hint = isStep ? `Write it as "${step}: …".` : suggestion(step, BARE_STEPS)
  return [scenarioProblem('', `"${step}" is no step without a value`, hint)]
}

/** `expect` and `capture` beside a step that has no answer to look at. */
function answerlessProblems(word: string, step: JsonObject): readonly ScenarioProblem[] {
  const { beside } = STEP_FORMS[word] ?? { beside: {} }
  return (['expect', 'capture'] as const).flatMap((key) => {
    if (key === word || step[key] === undefined || Object.hasOwn(beside, key)) return []
    const hint = HINTS[word]?.[key] ?? (key === 'expect' ? 'Write a step of its own: - expect: …' : undefined)
    return [scenarioProblem(`/${key}`, `"${word}" has no answer to ${key} from`, hint)]
  })
}

const HINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  observe: { expect: 'It stands within: observe: {url: …, expect: …}.' },
  exec: { capture: 'Name the step, as: run, and say $run.body.stdout.' },
}

/** What a schema cannot say, or not in words that help. */
const EXTRA: Readonly<Record<string, (value: Json) => readonly ScenarioProblem[]>> = {
  expect: (value) => oneExpectation(value, '/expect'),
  wait: (value) => oneExpectation(value, '/wait'),
  observe(value) {
    if (!isJsonObject(value)) return []
    const { url, command, expect } = value
    if ((url === undefined) === (command === undefined)) {
      const reason = url === undefined ? 'it lacks "url" or "command"' : 'it has "url" and "command"'
      return [scenarioProblem('/observe', reason, 'Look at one of the two.')]
    }
    const [other, owner] = url === undefined ? [ANSWER_EXPECTATION, 'URL'] : [EXEC_EXPECTATION, 'command']
    const wrong = isJsonObject(expect) ? Object.keys(expect) : []
    return wrong
      .filter((key) => Object.hasOwn(other.properties as JsonObject, key))
      .map((key) => scenarioProblem(`/observe/expect/${key}`, `only a ${owner} has "${key}"`))
  },
}

function oneExpectation(value: Json, at: string): readonly ScenarioProblem[] {
  if (!isJsonObject(value)) return []
  const words = Object.keys(value).filter((key) => Object.hasOwn(EXPECTATION_FORMS, key))
  const [first, second] = words
  if (second !== undefined)
    return [
      scenarioProblem(
        `${at}${toPointer([second])}`,
        `one thing is expected at a time, and here are "${words.join('" and "')}"`,
        'Write two steps.',
      ),
    ]
  const known = Object.keys(EXPECTATION_FORMS)
  const others = Object.keys(value).filter((key) => key !== 'within')
  if (first !== undefined || others.length > 0) return []
  return [scenarioProblem(at, 'it does not say what is expected', `Known are: ${known.join(', ')}.`)]
}
