import type { JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/nearest.ts'
import { type ScenarioProblem, scenarioProblem } from '../problem.ts'
import type { Expectation, Step } from '../scenario.ts'
import { KINDS, type Names, namesOf } from './names.ts'

type Meant = 'event' | 'answer' | 'webhook' | 'fault'

/** A name that has to stand for something of a kind. */
interface Wanted {
  readonly pointer: string
  readonly name: string | null | undefined
  readonly as: Meant
}

/** Names of a step that nothing before it has. */
export function stepNameProblems(step: Step, pointer: string, names: Names): readonly ScenarioProblem[] {
  const faults = step.kind === 'fault' ? faultWebhookProblems(step.plan.fault, `${pointer}/fault`, names) : []
  const wanted = wantedBy(step).flatMap((one) =>
    problemOf({ ...one, pointer: `${pointer}${one.pointer}` }, names),
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
export function faultWebhookProblems(
  fault: JsonObject,
  pointer: string,
  names: Names,
): readonly ScenarioProblem[] {
  const webhook = (fault.on as JsonObject | undefined)?.webhook
  if (typeof webhook !== 'string' || webhook.startsWith('$')) return []
  return problemOf({ pointer: `${pointer}/on/webhook`, name: webhook, as: 'webhook' }, names)
}

function problemOf({ pointer, name, as }: Wanted, names: Names): readonly ScenarioProblem[] {
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
