import type { JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/nearest.ts'
import type { Provider } from '../../spec/provider.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'
import type { Expectation, Step, Target } from '../scenario.ts'
import { callProblems } from './call-problems.ts'
import type { Known } from './known-providers.ts'
import { payloadProblems } from './payload-problems.ts'
import { fieldProblems } from './webhook-problems.ts'

/** Names that the provider that is meant does not know: itself, its accounts, operations and event types. */
export const providerProblems = {
  webhook: (plan: JsonObject, pointer: string, known: Known) => [
    ...targetProblems(plan as Target, pointer, known),
    ...inFields(plan as Target & { readonly fields?: JsonObject }, pointer, known),
  ],

  step(step: Step, pointer: string, known: Known): readonly ScenarioProblem[] {
    const at = `${pointer}/${step.kind}`
    if (step.kind === 'trigger')
      return [
        ...targetProblems(step, at, known),
        ...named(step, 'event', step.event, at, known),
        ...inPayload(step, at, known),
      ]
    if (step.kind === 'call')
      return [
        ...targetProblems(step, at, known),
        ...named(step, 'operation', step.operation, at, known),
        ...inCall(step, at, known),
      ]
    if (step.kind === 'register')
      return [
        ...targetProblems(step.webhook, at, known),
        // What is expected may be that the provider refuses it.
        ...(step.expect === null ? inFields(step.webhook, at, known) : []),
      ]
    if (step.kind === 'expect') return expectationProblems(step.that, at, known)
    return step.kind === 'wait' ? expectationProblems(step.for, at, known) : []
  },
}

function inFields(
  { provider, fields = {} }: Target & { readonly fields?: JsonObject },
  at: string,
  known: Known,
): readonly ScenarioProblem[] {
  const found = meant(provider, known)
  return found === undefined ? [] : fieldProblems(found, fields, `${at}/fields`)
}

function inPayload(
  { provider, event, payload, raw }: Extract<Step, { kind: 'trigger' }>,
  at: string,
  known: Known,
): readonly ScenarioProblem[] {
  const type = meant(provider, known)?.events.get(event)
  return type === undefined || raw ? [] : payloadProblems(type, payload, `${at}/payload`)
}

function inCall(step: Extract<Step, { kind: 'call' }>, at: string, known: Known): readonly ScenarioProblem[] {
  const operation = meant(step.provider, known)?.operations.find(({ id }) => id === step.operation)
  return operation === undefined ? [] : callProblems(step, operation, at)
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
  const ids = known.named
  if (provider !== undefined && !provider.startsWith('$') && ids.length > 0 && !ids.includes(provider))
    return [
      scenarioProblem(
        `${at}/provider`,
        `the scenario has no provider "${provider}"`,
        `${suggestion(provider, ids)} Those that it plays with stand under "providers".`,
      ),
    ]
  const found = meant(provider, known)
  const names = (found?.accounts ?? []).map(({ name }) => name as string)
  if (found === undefined || account === undefined || account.startsWith('$') || names.includes(account))
    return []
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
  const found = meant(provider, known)
  if (name === null || name.startsWith('$') || found === undefined) return []
  const names = NAMES[what](found)
  if (names.includes(name)) return []
  return [scenarioProblem(`${at}/${what}`, `${found.id} has no ${what} "${name}"`, suggestion(name, names))]
}

/** Undefined where the file names one that is not there. */
function meant(provider: string | undefined, { providers, hasFirst }: Known): Provider | undefined {
  if (provider === undefined) return hasFirst ? providers[0] : undefined
  return providers.find(({ id }) => id === provider)
}
