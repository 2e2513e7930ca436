import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/text.ts'
import { type PlacedReference, referencesIn } from '../references.ts'
import {
  type Expectation,
  type Scenario,
  type ScenarioProblem,
  type Step,
  scenarioProblem,
} from '../scenario.ts'
import { type Known, providerProblems } from './check-provider.ts'
import { clockProblems, patternProblems } from './check-values.ts'
import { readWrittenStep } from './read.ts'

/** What a name stands for, which says what may be asked of it. */
type Meaning = 'value' | 'event' | 'answer' | 'webhook' | 'fault' | 'built-in' | 'unknown'

interface Kind {
  readonly title: string
  /** The members that it has; null: nobody knows before it is there. */
  readonly members: readonly string[] | null
}

const KINDS: Readonly<Record<Exclude<Meaning, 'built-in'>, Kind>> = {
  unknown: { title: 'name', members: null },
  value: { title: 'variable', members: null },
  event: { title: 'event', members: ['id', 'event', 'type', 'occurredAt', 'body'] },
  answer: { title: 'answer', members: ['status', 'headers', 'body'] },
  webhook: { title: 'webhook', members: ['id', 'secret', 'url', 'provider', 'account', 'fields'] },
  fault: { title: 'fault', members: [] },
}

/** Every name that there is by now, with what it stands for. */
type Names = Map<string, Meaning>

/** What stands for nothing unless a member of it is named. */
const NEVER_ALONE: readonly string[] = ['env', 'secret']

/** Names that every scenario has, with their members. */
function builtInMembers(
  name: string,
  { names, providers }: { readonly names: Names; readonly providers: readonly string[] },
): readonly string[] | null {
  const found: Readonly<Record<string, readonly string[] | null>> = {
    receiver: ['origin', 'host', 'port', 'path'],
    mock: providers,
    env: null,
    secret: namesOf(names, 'webhook'),
    here: [],
  }
  return found[name] ?? null
}

const BUILT_INS: readonly string[] = ['receiver', 'mock', 'env', 'secret', 'here']

function namesOf(names: Names, meaning: Meaning): readonly string[] {
  return [...names].flatMap(([name, one]) => (one === meaning ? [name] : []))
}

/** Those that a `$reference` can begin with. */
function valueNames(names: Names): readonly string[] {
  return [...names].flatMap(([name, meaning]) => (meaning === 'fault' ? [] : [name]))
}

/** Whatever a step gives a name to, with the place where it does. */
interface Named {
  readonly name: string
  readonly meaning: Meaning
  /** Below the step. */
  readonly pointer: string
}

const KEPT: Partial<Record<Step['kind'], Meaning>> = {
  trigger: 'event',
  call: 'answer',
  request: 'answer',
  register: 'answer',
  exec: 'answer',
  observe: 'answer',
  fault: 'fault',
}

function namedBy(step: Step): readonly Named[] {
  const meaning = KEPT[step.kind]
  const goesOn = step.kind === 'exec' && step.background
  const captured = 'capture' in step ? Object.keys(step.capture) : []
  return [
    ...(step.kind === 'register'
      ? [{ name: step.webhook.name, meaning: 'webhook' as const, pointer: '/register/name' }]
      : []),
    ...(step.as === null || meaning === undefined || goesOn
      ? []
      : [{ name: step.as, meaning, pointer: '/as' }]),
    ...captured.map((name) => ({ name, meaning: 'value' as const, pointer: `/capture/${name}` })),
  ]
}

/** Names that a step gives that is not in order: later steps are not to be blamed for it. */
function namesInBroken(step: Json): readonly string[] {
  if (!isJsonObject(step)) return []
  const { as, capture, register } = step
  const webhook = isJsonObject(register) ? register.name : undefined
  return [as, webhook, ...(isJsonObject(capture) ? Object.keys(capture) : [])].filter(
    (name) => typeof name === 'string',
  )
}

/** References to names that there are not yet, and to members that what they name never has. */
function referenceProblems(
  value: Json,
  pointer: string,
  names: Names,
  providers: readonly string[],
): readonly ScenarioProblem[] {
  return referencesIn(value, pointer).flatMap(
    (reference) => referenceProblem(reference, names, providers) ?? [],
  )
}

function referenceProblem(
  { name, path, pointer }: PlacedReference,
  names: Names,
  providers: readonly string[],
): ScenarioProblem | null {
  const meaning = names.get(name)
  if (meaning === undefined || meaning === 'fault') return unknownName(name, pointer, names)
  const members = meaning === 'built-in' ? builtInMembers(name, { names, providers }) : KINDS[meaning].members
  const [member] = path
  if (member === undefined) {
    if (!NEVER_ALONE.includes(name)) return null
    const hint = name === 'env' ? 'Write $env.NAME.' : 'Write $secret and the name of a webhook: $secret.app.'
    return scenarioProblem(pointer, `$${name} alone stands for nothing`, hint)
  }
  if (members === null || members.includes(member)) return null
  const hint =
    members.length === 0 ? `Where the text goes on, write \${${name}}.` : suggestion(member, members)
  return scenarioProblem(pointer, `$${name} has no "${member}"`, hint)
}

function unknownName(name: string, pointer: string, names: Names): ScenarioProblem {
  const known = valueNames(names)
  const begin = known.find((one) => name.startsWith(`${one}-`))
  const near = suggestion(
    `$${name}`,
    known.map((one) => `$${one}`),
  )
  const hint =
    begin === undefined
      ? `${near} A dollar itself is written $$.`
      : `Where the text goes on, write \${${begin}}${name.slice(begin.length)}.`
  return scenarioProblem(pointer, `nothing before this is called $${name}`, hint)
}

type Meant = 'event' | 'answer' | 'webhook' | 'fault'

/** A name that has to stand for something of a kind. */
interface Wanted {
  readonly pointer: string
  readonly name: string | null | undefined
  readonly as: Meant
}

/** Names of a step that nothing before it has. */
function stepNameProblems(step: Step, pointer: string, names: Names): readonly ScenarioProblem[] {
  const faults = step.kind === 'fault' ? faultWebhookProblems(step.plan.fault, `${pointer}/fault`, names) : []
  const wanted = wantedBy(step).flatMap((one) =>
    stepNameProblem({ ...one, pointer: `${pointer}${one.pointer}` }, names),
  )
  return [...faults, ...wanted]
}

function wantedBy(step: Step): readonly Wanted[] {
  switch (step.kind) {
    case 'rotate':
    case 'disable':
    case 'enable':
    case 'delete':
      return [{ pointer: `/${step.kind}`, name: step.webhook, as: 'webhook' }]
    case 'clear':
      return [{ pointer: '/clear', name: step.fault, as: 'fault' }]
    case 'resend':
      return [
        { pointer: '/resend/of', name: step.of, as: 'event' },
        { pointer: '/resend/to', name: step.to, as: 'webhook' },
      ]
    case 'expect':
      return wantedIn(step.that, '/expect')
    case 'wait':
      return wantedIn(step.for, '/wait')
    default:
      return []
  }
}

function wantedIn(expectation: Expectation, at: string): readonly Wanted[] {
  const place = `${at}/${expectation.kind}`
  switch (expectation.kind) {
    case 'answer':
      return [{ pointer: `${place}/of`, name: expectation.of, as: 'answer' }]
    case 'webhook':
      return [{ pointer: `${place}/name`, name: expectation.webhook, as: 'webhook' }]
    case 'delivery':
    case 'received': {
      const order = expectation.kind === 'received' ? (expectation.order ?? []) : []
      return [
        { pointer: `${place}/of`, name: expectation.of, as: 'event' },
        { pointer: `${place}/to`, name: expectation.to, as: 'webhook' },
        ...order.map((name, i) => ({ pointer: `${place}/order/${i}`, name, as: 'event' as const })),
      ]
    }
    default:
      return []
  }
}

/** The webhook that a fault strikes, where it is named as it is in the file. */
function faultWebhookProblems(fault: JsonObject, pointer: string, names: Names): readonly ScenarioProblem[] {
  const webhook = (fault.on as JsonObject | undefined)?.webhook
  if (typeof webhook !== 'string' || webhook.startsWith('$')) return []
  return stepNameProblem({ pointer: `${pointer}/on/webhook`, name: webhook, as: 'webhook' }, names)
}

function stepNameProblem({ pointer, name, as }: Wanted, names: Names): readonly ScenarioProblem[] {
  if (name === null || name === undefined) return []
  const meaning = names.get(name)
  if (meaning === as || meaning === 'unknown') return []
  const known = namesOf(names, as)
  const { title } = KINDS[as]
  const hint =
    known.length > 0
      ? suggestion(name, known)
      : as === 'webhook'
        ? 'Name one under "webhooks", or with a step: - register: {name: …, url: …}.'
        : `Nothing before this is ${title === 'fault' ? 'a fault' : `an ${title}`} with a name; give one with "as".`
  return [scenarioProblem(pointer, `nothing before this is the ${title} "${name}"`, hint)]
}

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
