import { isJsonObject, type Json } from '../../core/json.ts'
import type { Step } from '../scenario.ts'

/** What a name stands for, which says what may be asked of it. */
export type Meaning = 'value' | 'event' | 'answer' | 'webhook' | 'fault' | 'built-in' | 'unknown'

interface Kind {
  readonly title: string
  /** The members that it has; null: nobody knows before it is there. */
  readonly members: readonly string[] | null
}

export const KINDS: Readonly<Record<Exclude<Meaning, 'built-in'>, Kind>> = {
  unknown: { title: 'name', members: null },
  value: { title: 'variable', members: null },
  event: { title: 'event', members: ['id', 'event', 'type', 'occurredAt', 'body'] },
  answer: { title: 'answer', members: ['status', 'headers', 'body'] },
  webhook: { title: 'webhook', members: ['id', 'secret', 'url', 'provider', 'account', 'fields'] },
  fault: { title: 'fault', members: [] },
}

/** Every name that there is by now, with what it stands for. */
export type Names = Map<string, Meaning>

/** What stands for nothing unless a member of it is named. */
export const NEVER_ALONE: readonly string[] = ['env', 'secret']

/** Names that every scenario has, with their members. */
export function builtInMembers(
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

export const BUILT_INS: readonly string[] = ['receiver', 'mock', 'env', 'secret', 'here']

export function namesOf(names: Names, meaning: Meaning): readonly string[] {
  return [...names].flatMap(([name, one]) => (one === meaning ? [name] : []))
}

/** Those that a `$reference` can begin with. */
export function valueNames(names: Names): readonly string[] {
  return [...names].flatMap(([name, meaning]) => (meaning === 'fault' ? [] : [name]))
}

/** Whatever a step gives a name to, with the place where it does. */
export interface Named {
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

export function namedBy(step: Step): readonly Named[] {
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
export function namesInBroken(step: Json): readonly string[] {
  if (!isJsonObject(step)) return []
  const { as, capture, register } = step
  const webhook = isJsonObject(register) ? register.name : undefined
  return [as, webhook, ...(isJsonObject(capture) ? Object.keys(capture) : [])].filter(
    (name) => typeof name === 'string',
  )
}
