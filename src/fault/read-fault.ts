import { type Location, MockError } from '../core/errors.ts'
import { isJsonObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import { nearest, suggestion } from '../core/text.ts'
import type { Provider } from '../spec/provider.ts'
import { readWord, WORDS, type Word } from './catalogue.ts'
import {
  FAULT_KEYS,
  type Fault,
  type FaultMatch,
  type FaultProblem,
  type Pass,
  PLANES,
  type Plane,
  type PlaneActions,
  THENS,
  type Then,
} from './fault.ts'
/** The first thing that is wrong with a fault, with the others in its hint. */
export function faultError(
  problems: readonly FaultProblem[],
  locate: (pointer: string) => Location | undefined = () => undefined,
): MockError {
  const [first, ...rest] = problems
  const others = rest.map(({ pointer, reason, hint }) => `  ${pointer}: ${reason}. ${hint ?? ''}`.trimEnd())
  const location = first === undefined ? undefined : locate(first.pointer)
  const hint = [...(first?.hint === undefined ? [] : [first.hint]), ...others].join('\n')
  return new MockError('input', 'BAD_FAULT', `Failed to read the fault: ${first?.reason ?? 'it is none'}.`, {
    ...(hint !== '' && { hint }),
    ...(location !== undefined && { location }),
  })
}

/** What a fault may name where these providers are served; of one alone where it names that one. */
export function knownNames(
  providers: readonly Pick<Provider, 'id' | 'operations' | 'events'>[],
  provider?: unknown,
): KnownNames {
  const meant = providers.filter(({ id }) => provider === undefined || id === provider)
  return {
    provider: providers.map(({ id }) => id),
    // Of an unknown provider nothing is known.
    ...(meant.length > 0 && {
      operation: [...new Set(meant.flatMap(({ operations }) => operations.map(({ id }) => id)))],
      event: [...new Set(meant.flatMap(({ events }) => [...events.keys()]))],
    }),
  }
}

const PASS: Pass = { name: 'pass' }

type ReadActions<P extends Plane> =
  | { readonly actions: readonly (PlaneActions[P] | Pass)[] }
  | { readonly problems: readonly FaultProblem[] }

/** `do` with its `with`: a name, a status, `{name: parameters}`, `{status, headers, body}`, or a list of these and `pass`. */
function readActions<P extends Plane>(plane: P, wanted: Json, given: Json | undefined): ReadActions<P> {
  const list = Array.isArray(wanted) ? (wanted as readonly Json[]) : null
  const problems: FaultProblem[] = []
  const bare =
    wanted === 'pass' ? '"pass"' : list !== null ? 'a list' : isJsonObject(wanted) ? 'an object' : null
  if (given !== undefined && bare !== null)
    problems.push({
      pointer: '/with',
      reason: `${bare} takes no "with"`,
      hint: 'Give each its own: {duplicate: {copies: 3}}.',
    })
  if (list === null) return together(problems, collect([readAction(plane, wanted, given, '/do')]))
  if (list.length === 0) problems.push({ pointer: '/do', reason: 'the list is empty' })
  return together(problems, collect(list.map((one, i) => readAction(plane, one, undefined, `/do/${i}`))))
}

function together<P extends Plane>(problems: readonly FaultProblem[], read: ReadActions<P>): ReadActions<P> {
  const found = 'problems' in read ? read.problems : []
  return problems.length + found.length > 0 ? { problems: [...problems, ...found] } : read
}

type ReadAction<P extends Plane> =
  | { readonly action: PlaneActions[P] | Pass }
  | { readonly problems: readonly FaultProblem[] }

function readAction<P extends Plane>(
  plane: P,
  wanted: Json,
  given: Json | undefined,
  pointer: string,
): ReadAction<P> {
  if (wanted === 'pass') return { action: PASS }
  const split = nameAndParameters(wanted, given, pointer)
  if ('problems' in split) return split
  const words: Readonly<Record<string, Word<PlaneActions[P]>>> = WORDS[plane]
  const found = Object.hasOwn(words, split.name) ? words[split.name] : undefined
  if (found !== undefined) return placed(readWord(found, split.name, split.parameters, split.at), wanted)
  const hint = `${suggestion(split.name, ['pass', ...Object.keys(words)])}${elsewhere(plane, split.name)}`
  return { problems: [{ pointer, reason: `"${split.name}" is no fault of the ${plane} plane`, hint }] }
}

/** A status that stands in `do` is wrong there, also where `with` gives the rest. */
function placed<P extends Plane>(read: ReadAction<P>, wanted: Json): ReadAction<P> {
  if (!('problems' in read) || !isStatus(wanted)) return read
  const move = (at: string) => (at === '/with/status' ? '/do' : at)
  return { problems: read.problems.map((one) => ({ ...one, pointer: move(one.pointer) })) }
}

/** A fault of another plane is the likeliest slip of all. */
function elsewhere(plane: Plane, name: string): string {
  const other = (Object.keys(WORDS) as Plane[]).find(
    (one) => one !== plane && Object.hasOwn(WORDS[one], name),
  )
  return other === undefined ? '' : ` The ${other} plane has it.`
}

interface Split {
  readonly name: string
  readonly parameters: Json | undefined
  /** Where the parameters stand. */
  readonly at: string
}

function nameAndParameters(
  wanted: Json,
  given: Json | undefined,
  pointer: string,
): Split | { readonly problems: readonly FaultProblem[] } {
  if (isStatus(wanted)) {
    const status = Number(wanted)
    if (given === undefined) return { name: 'status', parameters: status, at: pointer }
    if (!isJsonObject(given))
      return { problems: [{ pointer: '/with', reason: 'a status takes its parameters by name' }] }
    if ('status' in given)
      return { problems: [{ pointer: '/with/status', reason: 'the status is said twice' }] }
    return { name: 'status', parameters: { ...given, status }, at: '/with' }
  }
  if (typeof wanted === 'string') return { name: wanted, parameters: given, at: '/with' }
  if (isJsonObject(wanted)) {
    if ('status' in wanted) return { name: 'status', parameters: wanted, at: pointer }
    const [[name, parameters] = [], ...others] = Object.entries(wanted)
    if (name !== undefined && others.length === 0)
      return { name, parameters: parameters as Json, at: `${pointer}${toPointer([name])}` }
  }
  const hint = 'Write a name, a status, {name: parameters}, or {status: 429, headers: {Retry-After: "2"}}.'
  return { problems: [{ pointer, reason: `${JSON.stringify(wanted)} names no fault`, hint }] }
}

function isStatus(wanted: Json): boolean {
  return typeof wanted === 'number' || (typeof wanted === 'string' && /^\d{3}$/.test(wanted))
}

function collect<P extends Plane>(read: readonly ReadAction<P>[]): ReadActions<P> {
  const problems = read.flatMap((one) => ('problems' in one ? one.problems : []))
  if (problems.length > 0) return { problems }
  return { actions: read.flatMap((one) => ('action' in one ? [one.action] : [])) }
}

/** What may be told apart on each plane. */
export const MATCHES: Readonly<Record<Plane, readonly (keyof FaultMatch)[]>> = {
  api: ['provider', 'account', 'operation', 'nth'],
  delivery: ['provider', 'account', 'event', 'webhook', 'attempt', 'nth'],
  receiver: ['provider', 'event', 'attempt', 'nth'],
}

/** Names that exist, to find the mistyped ones; what is absent is not checked. */
interface KnownNames {
  readonly provider?: readonly string[]
  readonly account?: readonly string[]
  readonly operation?: readonly string[]
  readonly event?: readonly string[]
  /** An event may be named by the id that its provider gives it, too: what resembles no type is one. */
  readonly eventIds?: boolean
}

const NUMBERS: ReadonlySet<string> = new Set(['attempt', 'nth'])

function readMatch(
  plane: Plane,
  on: Json | undefined,
  known: KnownNames,
): { readonly match: FaultMatch; readonly problems: readonly FaultProblem[] } {
  if (on === undefined) return { match: {}, problems: [] }
  if (!isJsonObject(on))
    return {
      match: {},
      problems: [
        {
          pointer: '/on',
          reason: `"on" is ${JSON.stringify(on)}, which is not an object such as {event: …}`,
        },
      ],
    }
  const problems: FaultProblem[] = []
  const match: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(on)) {
    const problem = problemOf(plane, key, value, known)
    if (problem !== null) problems.push({ pointer: toPointer(['on', key]), ...problem })
    else match[key] = NUMBERS.has(key) ? [value].flat() : value
  }
  return { match: match as FaultMatch, problems }
}

function problemOf(
  plane: Plane,
  key: string,
  value: Json,
  known: KnownNames,
): Omit<FaultProblem, 'pointer'> | null {
  const keys = MATCHES[plane]
  if (!keys.includes(key as keyof FaultMatch))
    return { reason: `a fault of the ${plane} plane is not matched by "${key}"`, hint: suggestion(key, keys) }
  if (NUMBERS.has(key)) {
    const numbers = [value].flat() as readonly Json[]
    const areCounts = numbers.length > 0 && numbers.every((n) => Number.isInteger(n) && (n as number) >= 1)
    return areCounts
      ? null
      : {
          reason: `"${key}" is ${JSON.stringify(value)}, which is not a number from 1 on, or a list of these`,
        }
  }
  if (typeof value !== 'string' || value === '')
    return { reason: `"${key}" is ${JSON.stringify(value)}, which is not a text` }
  const names = known[key as 'provider' | 'account' | 'operation' | 'event']
  if (names === undefined || names.includes(value) || (key === 'event' && isEventId(value, known)))
    return null
  return { reason: `there is no ${key} "${value}"`, hint: suggestion(value, names) }
}

/** The id of one event is no type, and is known only once there is one. */
function isEventId(value: string, { event = [], eventIds = false }: KnownNames): boolean {
  return value.startsWith('evt_') || (eventIds && nearest(value, event) === undefined)
}

type ReadFault = { readonly fault: Omit<Fault, 'id'> } | { readonly problems: readonly FaultProblem[] }

const MEMBERS = ['plane', 'on', 'do', 'with', 'times', 'probability', 'key', 'then']

/**
 * A fault out of how it was written: `{plane, on, do, with?, times?, probability?, key?, then?}`.
 *
 * @example readFault({ plane: 'delivery', on: { attempt: 1 }, do: 'duplicate', with: { copies: 3 } })
 */
export function readFault(source: Json, known: KnownNames = {}): ReadFault {
  if (!isJsonObject(source)) return { problems: [{ pointer: '', reason: 'a fault is an object' }] }
  const unknown = Object.keys(source)
    .filter((key) => !MEMBERS.includes(key))
    .map((key) => ({
      pointer: toPointer([key]),
      reason: `a fault has no "${key}"`,
      hint: suggestion(key, MEMBERS),
    }))
  const plane = PLANES.find((one) => one === source.plane)
  if (plane === undefined) return { problems: [...unknown, planeProblem(source.plane)] }
  const { match, problems } = readMatch(plane, source.on, known)
  const read = readRest(plane, source)
  const wrong = [...unknown, ...problems, ...read.problems]
  if (wrong.length > 0 || read.fault === null) return { problems: wrong }
  return { fault: { ...read.fault, plane, on: match, source } as Omit<Fault, 'id'> }
}

function readRest(plane: Plane, source: JsonObject) {
  const problems: FaultProblem[] = []
  const { times, probability = 1, key, then } = source
  if (times !== undefined && !(Number.isInteger(times) && (times as number) >= 1))
    problems.push({
      pointer: '/times',
      reason: `"times" is ${shown(times)}, which is not a number from 1 on`,
    })
  if (!(typeof probability === 'number' && probability >= 0 && probability <= 1))
    problems.push({
      pointer: '/probability',
      reason: `"probability" is ${shown(probability)}, which is not a number from 0 to 1`,
    })
  if (key !== undefined && !FAULT_KEYS.includes(key as never))
    problems.push({
      pointer: '/key',
      reason: `${shown(key)} is nothing to count by`,
      hint: suggestion(String(key), FAULT_KEYS),
    })
  if (then !== undefined && !THENS.includes(then as never))
    problems.push({
      pointer: '/then',
      reason: `${shown(then)} is nothing that can follow a list`,
      hint: suggestion(String(then), THENS),
    })
  if (source.do === undefined)
    return { fault: null, problems: [...problems, { pointer: '', reason: 'it does not say what to "do"' }] }
  const read = readActions(plane, source.do, source.with)
  if ('problems' in read) return { fault: null, problems: [...problems, ...read.problems] }
  const isList = Array.isArray(source.do)
  return {
    problems,
    fault: {
      do: read.actions,
      times: (times as number | undefined) ?? null,
      probability: probability as number,
      key: (key as Fault['key'] | undefined) ?? null,
      afterwards: (then as Then | undefined) ?? (isList ? 'pass' : 'repeat-last'),
    },
  }
}

function planeProblem(plane: Json | undefined): FaultProblem {
  if (plane === undefined)
    return { pointer: '', reason: 'it does not say on which "plane"', hint: PLANE_HINT }
  return {
    pointer: '/plane',
    reason: `${shown(plane)} is no plane`,
    hint: suggestion(String(plane), PLANES),
  }
}

function shown(value: Json): string {
  return typeof value === 'string' ? `"${value}"` : JSON.stringify(value)
}

const PLANE_HINT = `Known are: ${PLANES.join(', ')}.`
