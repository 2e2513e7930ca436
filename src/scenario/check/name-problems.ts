import type { Json, JsonObject } from '../../core/json.ts'
import { readWrittenStep } from '../format/read-step.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'
import type { Scenario } from '../scenario.ts'
import { clockProblems } from './clock-problems.ts'
import type { Known } from './known-providers.ts'
import { BUILT_INS, KINDS, type Named, type Names, namedBy, namesInBroken } from './names.ts'
import { patternProblems } from './pattern-problems.ts'
import { providerProblems } from './provider-problems.ts'
import { referenceProblems } from './reference-problems.ts'
import { faultWebhookProblems, stepNameProblems } from './step-name-problems.ts'

/** A file whose outline is in order, with the steps of it that are not. */
export interface Outlined {
  readonly file: JsonObject
  readonly scenario: Omit<Scenario, 'steps'>
  /** Numbers, from 0, of steps that are not in order. */
  readonly broken: ReadonlySet<number>
  /** Names that parts of it that are not in order may give. */
  readonly lost: readonly string[]
}

/** Names that nothing has by the time they are used, and names that no provider of the file knows. */
export function nameProblems(
  { file, scenario, broken, lost }: Outlined,
  known: Known,
): readonly ScenarioProblem[] {
  const names: Names = new Map([
    ...lost.map((name) => [name, 'unknown'] as const),
    ...BUILT_INS.map((name) => [name, 'built-in'] as const),
  ])
  const problems: ScenarioProblem[] = []
  const look = (value: Json | undefined, pointer: string) =>
    value === undefined ? [] : referenceProblems(value, pointer, names, known.named)
  const learn = (named: readonly Named[], pointer: string) => {
    for (const one of named) {
      problems.push(...takenProblem(one, pointer, names))
      names.set(one.name, one.meaning)
    }
  }
  for (const [name, value] of Object.entries(scenario.vars)) {
    problems.push(...look(value, `/vars/${name}`))
    learn([{ name, meaning: 'value', pointer: '' }], `/vars/${name}`)
  }
  for (const { name } of scenario.webhooks) {
    const pointer = `/webhooks/${name}`
    const plan = (file.webhooks as JsonObject)[name] as JsonObject
    problems.push(...look(plan, pointer), ...providerProblems.webhook(plan, pointer, known))
    learn([{ name, meaning: 'webhook', pointer: '' }], pointer)
  }
  problems.push(...look(file.faults, '/faults'))
  for (const [plane, faults] of Object.entries((file.faults ?? {}) as Record<string, readonly JsonObject[]>))
    for (const [i, fault] of faults.entries())
      problems.push(...faultWebhookProblems(fault, `/faults/${plane}/${i}`, names))
  for (const [i, written] of ((file.steps ?? []) as readonly Json[]).entries()) {
    const pointer = `/steps/${i}`
    if (broken.has(i)) {
      for (const name of namesInBroken(written)) names.set(name, 'unknown')
      continue
    }
    const step = readWrittenStep(written, { file: scenario.file })
    problems.push(
      ...look(written, pointer),
      ...patternProblems(written, pointer),
      ...stepNameProblems(step, pointer, names),
      ...providerProblems.step(step, pointer, known),
      ...clockProblems(step, scenario.clock, pointer),
    )
    learn(namedBy(step), pointer)
  }
  return problems
}

/** A name that means something else already, here or to hookproof itself. */
function takenProblem(
  { name, meaning, pointer }: Named,
  at: string,
  names: Names,
): readonly ScenarioProblem[] {
  const before = names.get(name)
  // A variable may give way to what a step makes of it, and an alike name of two webhooks is said of by their map.
  if (before === undefined || ['value', 'unknown'].includes(before)) return []
  if (before === meaning && pointer !== '/as') return []
  const whose = before === 'built-in' ? "a name of hookproof's own" : `the name of ${aKind(before)} already`
  const hint = `Choose another one${before === 'built-in' ? `; taken are ${BUILT_INS.join(', ')}` : ''}.`
  return [scenarioProblem(`${at}${pointer}`, `"${name}" is ${whose}`, hint)]
}

function aKind(meaning: keyof typeof KINDS): string {
  const { title } = KINDS[meaning]
  return `${/^[aeiou]/.test(title) ? 'an' : 'a'} ${title}`
}
