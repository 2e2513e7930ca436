import type { JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/nearest.ts'
import type { Provider } from '../../spec/provider.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'
import type { Expectation, Step, Target } from '../scenario.ts'
import type { Known } from './known-providers.ts'

/** Names that the provider that is meant does not know: itself, its accounts, operations and event types. */
export const providerProblems = {
  webhook: (plan: JsonObject, pointer: string, known: Known) =>
    targetProblems(plan as Target, pointer, known),

  step(step: Step, pointer: string, known: Known): readonly ScenarioProblem[] {
    const at = `${pointer}/${step.kind}`
    if (step.kind === 'trigger')
      return [...targetProblems(step, at, known), ...named(step, 'event', step.event, at, known)]
    if (step.kind === 'call')
      return [...targetProblems(step, at, known), ...named(step, 'operation', step.operation, at, known)]
    if (step.kind === 'register') return targetProblems(step.webhook, at, known)
    if (step.kind === 'expect') return expectationProblems(step.that, at, known)
    return step.kind === 'wait' ? expectationProblems(step.for, at, known) : []
  },
}

function expectationProblems(expectation: Expectation, at: string, known: Known): readonly ScenarioProblem[] {
  const place = `${at}/${expectation.kind}`
  if (expectation.kind === 'violations') return targetProblems(expectation, place, known)
  if (expectation.kind !== 'requests') return []
  return [
    ...targetProblems(expectation, place, known),
    ...named(expectation, 'operation', expectation.operation, place, known),
  ]
}

function targetProblems({ provider, account }: Target, at: string, known: Known): readonly ScenarioProblem[] {
  const ids = known.providers.map(({ id }) => id as string)
  if (provider !== undefined && !ids.includes(provider))
    return [
      scenarioProblem(
        `${at}/provider`,
        `the scenario has no provider "${provider}"`,
        `${suggestion(provider, ids)} Those that it plays with stand under "providers".`,
      ),
    ]
  const names = meant(provider, known).accounts.map(({ name }) => name as string)
  if (account === undefined || account.startsWith('$') || names.includes(account)) return []
  return [scenarioProblem(`${at}/account`, `there is no account "${account}"`, suggestion(account, names))]
}

const NAMES: Readonly<Record<'event' | 'operation', (provider: Provider) => readonly string[]>> = {
  event: ({ events }) => [...events.keys()],
  operation: ({ operations }) => operations.map(({ id }) => id),
}

function named(
  { provider }: Target,
  what: 'event' | 'operation',
  name: string | null,
  at: string,
  known: Known,
): readonly ScenarioProblem[] {
  const found = known.providers.find(({ id }) => provider === undefined || id === provider)
  if (name === null || name.startsWith('$') || found === undefined) return []
  const names = NAMES[what](found)
  if (names.includes(name)) return []
  return [scenarioProblem(`${at}/${what}`, `${found.id} has no ${what} "${name}"`, suggestion(name, names))]
}

function meant(provider: string | undefined, { providers }: Known): Provider {
  const found = providers.find(({ id }) => provider === undefined || id === provider)
  if (found === undefined) throw new Error('a scenario has at least one provider')
  return found
}
