import type { Location } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/text.ts'
import { parseDuration } from '../../core/units.ts'
import type { AdvanceTarget } from '../../delivery/queue.ts'
import type { Plane } from '../../fault/catalogue.ts'
import {
  type Action,
  type AnswerExpectation,
  type Answering,
  type ExecExpectation,
  type Expectation,
  type ScenarioProblem,
  type Step,
  scenarioProblem,
} from '../scenario.ts'
import { BESIDE, STEP_FORMS } from './steps.ts'

type Said = JsonObject

/** What each word of an expectation leaves; its form has been judged before. */
const EXPECTATION_READERS: Readonly<Record<string, (said: Said) => Expectation>> = {
  delivery: ({ of, to, delays, ...rest }) =>
    ({
      kind: 'delivery',
      of: of ?? null,
      to: to ?? null,
      ...rest,
      ...(delays !== undefined && { delays: (delays as string[]).map((one) => parseDuration(one)) }),
    }) as Expectation,
  received: ({ of, to, ...rest }) =>
    ({ kind: 'received', of: of ?? null, to: to ?? null, ...rest }) as Expectation,
  requests: ({ operation, apart, ...rest }) =>
    ({
      kind: 'requests',
      operation: operation ?? null,
      ...rest,
      ...(apart !== undefined && { apart: parseDuration(apart as string) }),
    }) as Expectation,
  violations: ({ by, ...rest }) => ({ kind: 'violations', by: by ?? null, ...rest }) as Expectation,
  answer: (said) => ({ kind: 'answer', ...said }) as unknown as Expectation,
  webhook: ({ name, ...rest }) => ({ kind: 'webhook', webhook: name, ...rest }) as unknown as Expectation,
}

/** `{delivery: {…}}` → an expectation. A number alone is how many. */
function readExpectation(word: string, said: Json): Expectation {
  const read = EXPECTATION_READERS[word]
  if (read === undefined) throw new Error(`no expectation ${word}`)
  return read(isJsonObject(said) ? said : { count: said })
}

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

const TEN_SECONDS = 10_000

const EXEC_TIMEOUT = 30_000

const EVERY = 100

interface Context {
  readonly value: Json
  /** The whole step. */
  readonly step: JsonObject
  readonly at: Location
}

const STEP_READERS: Readonly<Record<string, (context: Context) => Action>> = {
  trigger: ({ value }) => {
    const { event, payload, id, raw = false, count = 1, ...target } = asObject(value, 'event')
    const given = { ...(payload !== undefined && { payload }), ...(id !== undefined && { id }) }
    return { kind: 'trigger', event, raw, count, ...given, ...target } as unknown as Action
  },
  advance: ({ value }) => ({ kind: 'advance', to: advanceTarget(value as string) }),
  settle: ({ value }) => ({ kind: 'settle', timeoutMs: duration(value, TEN_SECONDS) }),
  wait: ({ value }) => {
    const { within, ...rest } = value as JsonObject
    const [word = '', said = null] = Object.entries(rest)[0] ?? []
    return { kind: 'wait', for: readExpectation(word, said), withinMs: duration(within, TEN_SECONDS) }
  },
  expect: ({ value }) => {
    const [word = '', said = null] = Object.entries(value as JsonObject)[0] ?? []
    return { kind: 'expect', that: readExpectation(word, said) }
  },
  call: ({ value, step }) => {
    const {
      operation,
      path = {},
      query = {},
      headers,
      anonymous = false,
      timeout,
      ...rest
    } = asObject(value, 'operation')
    return {
      kind: 'call',
      operation,
      path,
      query,
      headers: texts(headers),
      anonymous,
      timeoutMs: duration(timeout, TEN_SECONDS),
      ...rest,
      ...answering(step),
    } as unknown as Action
  },
  request: ({ value, step }) => {
    const { url, method, headers, body, timeout } = value as JsonObject
    return {
      kind: 'request',
      url: String(url),
      method: String(method ?? (body === undefined ? 'GET' : 'POST')).toUpperCase(),
      headers: texts(headers),
      ...(body !== undefined && { body }),
      timeoutMs: duration(timeout, TEN_SECONDS),
      ...answering(step),
    }
  },
  exec: ({ value, step }) => {
    const said: JsonObject = isJsonObject(value) ? value : { command: value }
    return {
      kind: 'exec',
      command: said.command as string | readonly string[],
      env: texts(said.env),
      cwd: (said.cwd as string | undefined) ?? null,
      timeoutMs: duration(said.timeout, EXEC_TIMEOUT),
      background: said.background === true,
      expect: execExpectation(step.expect),
    }
  },
  register: ({ value, step }) => {
    const { fields = {}, ...webhook } = value as JsonObject
    return { kind: 'register', webhook: { fields, ...webhook }, ...answering(step) } as unknown as Action
  },
  rotate: ({ value }) => ({ kind: 'rotate', webhook: value as string }),
  disable: ({ value }) => ({ kind: 'disable', webhook: value as string }),
  enable: ({ value }) => ({ kind: 'enable', webhook: value as string }),
  delete: ({ value }) => ({ kind: 'delete', webhook: value as string }),
  resend: ({ value }) => {
    const { of, to = null } = asObject(value, 'of')
    return { kind: 'resend', of: of as string, to: to as string | null }
  },
  restart: () => ({ kind: 'restart' }),
  fault: ({ value, at }) => {
    const { plane, ...fault } = value as JsonObject
    return { kind: 'fault', plan: { at, plane: plane as Plane, fault } }
  },
  clear: ({ value }) => ({ kind: 'clear', fault: value === 'all' ? null : (value as string) }),
  observe: ({ value }) => {
    const { url, command, expect, within, every } = value as JsonObject
    const isUrl = url !== undefined
    return {
      kind: 'observe',
      what: isUrl ? { url: url as string } : { command: command as string | readonly string[] },
      expect: isUrl ? (expect as AnswerExpectation) : execExpectation(expect),
      withinMs: duration(within, TEN_SECONDS),
      everyMs: duration(every, EVERY),
    }
  },
}

/** A step whose form has been judged. */
export function readStep(word: string, step: JsonObject, at: Location): Step {
  const read = STEP_READERS[word]
  if (read === undefined) throw new Error(`no step ${word}`)
  const { as = null, title = null } = step
  return {
    at,
    as: as as string | null,
    title: title as string | null,
    ...read({ value: step[word] ?? null, step, at }),
  }
}

/** As {@link readStep}, for a step as it stands in the file: an object, or a word alone. */
export function readWrittenStep(written: Json, at: Location): Step {
  if (!isJsonObject(written)) return readStep(String(written), {}, at)
  const found = stepWord(written)
  if ('problem' in found) throw new Error(found.problem.reason)
  return readStep(found.word, written, at)
}

function advanceTarget(text: string): AdvanceTarget {
  if (text === 'next') return { until: 'next-attempt' }
  return text === 'settled' ? { until: 'settled' } : { by: parseDuration(text) }
}

function answering({ expect, capture }: JsonObject): Answering {
  return {
    expect: (expect as AnswerExpectation | undefined) ?? null,
    capture: (capture as Answering['capture'] | undefined) ?? {},
  }
}

function execExpectation(expect: Json | undefined): ExecExpectation {
  return { exit: 0, ...(expect as JsonObject | undefined) }
}

/** A text alone is the member that matters most. */
function asObject(value: Json, main: string): JsonObject {
  return isJsonObject(value) ? value : { [main]: value }
}

function duration(value: Json | undefined, otherwise: number): number {
  return typeof value === 'string' ? parseDuration(value) : otherwise
}

function texts(value: Json | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries((value as JsonObject | undefined) ?? {}).map(([key, one]) => [key, String(one)]),
  )
}
