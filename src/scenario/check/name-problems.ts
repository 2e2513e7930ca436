import type { JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/nearest.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'
import { referencesIn } from '../references.ts'
import type { Expectation, Scenario, Step } from '../scenario.ts'
import type { Known } from './known-providers.ts'
import { providerProblems } from './provider-problems.ts'

/** Names that every scenario has. */
export const BUILT_INS = ['receiver', 'mock', 'env', 'secret', 'here'] as const

/** What is known by the time a step runs. */
interface Names {
  /** For `$name`. */
  readonly values: Set<string>
  readonly events: Set<string>
  readonly answers: Set<string>
  readonly webhooks: Set<string>
  readonly faults: Set<string>
}

/** Names that nothing has by the time they are used, and names that no provider of the file knows. */
export function nameProblems(scenario: Scenario, file: JsonObject, known: Known): readonly ScenarioProblem[] {
  const webhooks = scenario.webhooks.map(({ name }) => name)
  const names: Names = {
    values: new Set([...BUILT_INS, ...Object.keys(scenario.vars)]),
    events: new Set(),
    answers: new Set(),
    webhooks: new Set(webhooks),
    faults: new Set(),
  }
  const inWebhooks = scenario.webhooks.flatMap(({ name }) => {
    const pointer = `/webhooks/${name}`
    const plan = (file.webhooks as JsonObject)[name] as JsonObject
    return [
      ...referenceProblems(plan, pointer, names.values),
      ...providerProblems.webhook(plan, pointer, known),
    ]
  })
  for (const name of webhooks) names.values.add(name)
  const inFaults = scenario.faults.flatMap(({ plane, fault }, i) => {
    const at = scenario.faults.slice(0, i).filter((other) => other.plane === plane).length
    return faultNames(fault, `/faults/${plane}/${at}`, names)
  })
  const steps = (file.steps ?? []) as readonly (JsonObject | string)[]
  const inSteps = scenario.steps.flatMap((step, i) => {
    const pointer = `/steps/${i}`
    const written = steps[i]
    const problems = [
      ...(typeof written === 'object' ? referenceProblems(written, pointer, names.values) : []),
      ...stepNames(step, pointer, names),
      ...providerProblems.step(step, pointer, known),
      ...clockProblems(step, scenario, pointer),
    ]
    learn(step, names)
    return problems
  })
  return [...inWebhooks, ...inFaults, ...inSteps]
}

function referenceProblems(
  value: JsonObject,
  pointer: string,
  known: ReadonlySet<string>,
): readonly ScenarioProblem[] {
  return Object.entries(value).flatMap(([key, one]) =>
    referencesIn(one).flatMap(({ name }) =>
      known.has(name) ? [] : [unknownName(`${pointer}/${key}`, `$${name}`, name, known, '$')],
    ),
  )
}

function stepNames(step: Step, pointer: string, names: Names): readonly ScenarioProblem[] {
  const need = (at: string, name: string | null | undefined, of: ReadonlySet<string>, what: string) =>
    name === null || name === undefined || of.has(name) || name.startsWith('$')
      ? []
      : [unknownName(`${pointer}${at}`, `${what} "${name}"`, name, of)]
  const WANTS: Partial<Record<Step['kind'], () => readonly ScenarioProblem[]>> = {
    fault: () => (step.kind === 'fault' ? faultNames(step.plan.fault, `${pointer}/fault`, names) : []),
    clear: () => (step.kind === 'clear' ? need('/clear', step.fault, names.faults, 'fault') : []),
    resend: () =>
      step.kind === 'resend'
        ? [
            ...need('/resend', step.of, names.events, 'event'),
            ...need('/resend/to', step.to, names.webhooks, 'webhook'),
          ]
        : [],
    expect: () => (step.kind === 'expect' ? expectationNames(step.that, '/expect', need, names) : []),
    wait: () => (step.kind === 'wait' ? expectationNames(step.for, '/wait', need, names) : []),
  }
  if ('webhook' in step && typeof step.webhook === 'string')
    return need(`/${step.kind}`, step.webhook, names.webhooks, 'webhook')
  return WANTS[step.kind]?.() ?? []
}

type Need = (
  at: string,
  name: string | null | undefined,
  of: ReadonlySet<string>,
  what: string,
) => readonly ScenarioProblem[]

function expectationNames(expectation: Expectation, at: string, need: Need, names: Names) {
  const place = `${at}/${expectation.kind}`
  if (expectation.kind === 'answer') return need(`${place}/of`, expectation.of, names.answers, 'answer')
  if (expectation.kind === 'webhook')
    return need(`${place}/name`, expectation.webhook, names.webhooks, 'webhook')
  if (expectation.kind !== 'delivery' && expectation.kind !== 'received') return []
  const order = expectation.kind === 'received' ? (expectation.order ?? []) : []
  return [
    ...need(`${place}/of`, expectation.of, names.events, 'event'),
    ...need(`${place}/to`, expectation.to, names.webhooks, 'webhook'),
    ...order.flatMap((name, i) => need(`${place}/order/${i}`, name, names.events, 'event')),
  ]
}

function faultNames(fault: JsonObject, pointer: string, names: Names): readonly ScenarioProblem[] {
  const webhook = (fault.on as JsonObject | undefined)?.webhook
  if (typeof webhook !== 'string' || names.webhooks.has(webhook) || webhook.startsWith('$')) return []
  return [unknownName(`${pointer}/on/webhook`, `webhook "${webhook}"`, webhook, names.webhooks)]
}

function clockProblems(step: Step, { clock }: Scenario, pointer: string): readonly ScenarioProblem[] {
  if (step.kind !== 'advance' || clock.kind === 'virtual') return []
  const hint = 'Leave "clock" out, or wait until what is expected has happened.'
  return [scenarioProblem(`${pointer}/advance`, 'only a virtual clock is advanced', hint)]
}

function learn(step: Step, { values, events, answers, webhooks, faults }: Names): void {
  if ('capture' in step) for (const name of Object.keys(step.capture)) values.add(name)
  if (step.kind === 'register') for (const of of [webhooks, values]) of.add(step.webhook.name)
  if (step.as === null) return
  const kept: Partial<Record<Step['kind'], Set<string>>> = {
    trigger: events,
    call: answers,
    request: answers,
    exec: answers,
    observe: answers,
    fault: faults,
  }
  kept[step.kind]?.add(step.as)
  values.add(step.as)
}

function unknownName(
  pointer: string,
  what: string,
  name: string,
  known: ReadonlySet<string>,
  prefix = '',
): ScenarioProblem {
  const near = suggestion(
    `${prefix}${name}`,
    [...known].map((one) => `${prefix}${one}`),
  )
  const hint = known.size === 0 ? 'Nothing before this has a name of that kind; give one with "as".' : near
  return scenarioProblem(pointer, `nothing before this is the ${what}`.replace('the $', '$'), hint)
}
