import type { Location } from '../../core/errors.ts'
import { asText, isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { oneLine, titleOf } from '../../core/text.ts'
import { described, NAME, object, TEXT } from '../file/schema-parts.ts'
import type { Placed } from '../situation.ts'
import { advance } from './advance.ts'
import { call } from './call.ts'
import { deleteWebhook, disable, enable, rotate } from './change-webhook.ts'
import { clear } from './clear.ts'
import { exec } from './exec.ts'
import { expect } from './expect.ts'
import { fault } from './fault.ts'
import { observe } from './observe.ts'
import { register } from './register.ts'
import { request } from './request.ts'
import { resend } from './resend.ts'
import { restart } from './restart.ts'
import { settle } from './settle.ts'
import type { StepDefinition } from './step.ts'
import { trigger } from './trigger.ts'
import { wait } from './wait.ts'

/** Every kind of step by its name in a file, in the order of the documentation. */
export const STEPS = {
  trigger,
  advance,
  settle,
  wait,
  expect,
  call,
  request,
  exec,
  register,
  rotate,
  disable,
  enable,
  delete: deleteWebhook,
  resend,
  restart,
  fault,
  clear,
  observe,
}

export type StepKind = keyof typeof STEPS

/** One thing that a scenario does. */
export type Step = {
  [K in StepKind]: Placed & {
    readonly kind: K
    /** A name for what comes of it (an event, an answer), for later steps. */
    readonly as: string | null
    /** The author's own words for the report. */
    readonly title: string | null
  } & ReturnType<(typeof STEPS)[K]['read']>
}[StepKind]

export const STEP_KINDS = Object.keys(STEPS) as readonly StepKind[]

export function stepDefinition(kind: StepKind): StepDefinition<unknown> {
  return STEPS[kind]
}

export function isStepKind(name: string): name is StepKind {
  return Object.hasOwn(STEPS, name)
}

/** Steps that need no more than their name: `- restart`. */
export const BARE_STEPS: readonly string[] = STEP_KINDS.filter((kind) => stepDefinition(kind).bare)

const COMMON: JsonObject = {
  as: described('A name for what comes of it, for later steps.', NAME),
  title: described('Words of your own for the report.', TEXT),
}

/** Members that may stand beside a step's name, whatever the step. */
export const BESIDE: readonly string[] = ['expect', 'capture', ...Object.keys(COMMON)]

/** The schema of one step, with its name and what may stand beside it. */
export function stepSchema(kind: StepKind): JsonObject {
  const { about, schema, beside, example } = stepDefinition(kind)
  const value = { ...described(about, schema), examples: [example] }
  return object(about, { [kind]: value, ...beside, ...COMMON }, [kind])
}

/** The kind of a step as it is written, of which there has to be one. */
export function kindsOf(step: JsonObject): readonly StepKind[] {
  const kinds = Object.keys(step).filter(isStepKind)
  // `expect` is a step of its own, and stands beside others.
  return kinds.length > 1 ? kinds.filter((kind) => kind !== 'expect') : kinds
}

/** A step whose form is right: an object, or a name alone. */
export function readStep(written: Json, at: Location): Step {
  const step = isJsonObject(written) ? written : { [asText(written)]: null }
  const [kind] = kindsOf(step)
  if (kind === undefined) throw new Error('no step')
  const { as = null, title = null } = step
  return { kind, at, as, title, ...STEPS[kind].read(step[kind] ?? null, step, at) } as Step
}

/** A step in one line, in its author's words where there are any. */
export function describeStep(step: Step): string {
  if (step.title !== null) return titleOf(step.title)
  const words = titleOf(stepDefinition(step.kind).describe(step))
  return step.as === null ? words : `${words} as ${oneLine(step.as)}`
}
