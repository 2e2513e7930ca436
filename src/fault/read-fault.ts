import type { MockError } from '../core/errors.ts'
import { asText, isJsonObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import { nearest, suggestion } from '../core/text.ts'
import { type Issue, issue, issueError, MOST_ISSUES, show } from '../schema/issue.ts'
import { findNamed, type Named, operationNames } from '../spec/names.ts'
import { FAULTS, PLANES, type Plane, type PlaneActions } from './catalogue.ts'
import { type FaultDefinition, readParameters } from './definition.ts'
import { FAULT_KEYS, type Fault, type FaultMatch, type Pass, THENS, type Then } from './fault.ts'

type ReadFault = { readonly fault: Omit<Fault, 'id'> } | { readonly issues: readonly Issue[] }

const MEMBERS = ['plane', 'on', 'do', 'with', 'times', 'probability', 'key', 'then']

/**
 * A fault out of how it was written: `{plane, on, do, with?, times?, probability?, key?, then?}`.
 *
 * @example readFault({ plane: 'delivery', on: { attempt: 1 }, do: 'duplicate', with: { copies: 3 } })
 */
export function readFault(source: Json, known: KnownNames = {}): ReadFault {
  if (!isJsonObject(source)) return { issues: [issue('', 'a fault is an object')] }
  const unknown = Object.keys(source)
    .filter((key) => !MEMBERS.includes(key))
    .slice(0, MOST_ISSUES)
    .map((key) => issue(toPointer([key]), `a fault has no "${key}"`, suggestion(key, MEMBERS)))
  const plane = PLANES.find((one) => one === source.plane)
  if (plane === undefined) return { issues: [...unknown, planeIssue(source.plane)] }
  const { match, issues } = readMatch(plane, source.on, known)
  const read = readRest(plane, source)
  const all = [...unknown, ...issues, ...read.issues]
  if (all.length > 0 || read.fault === null) return { issues: all }
  // `readActions` returns actions of the plane that it is called with.
  return { fault: { ...read.fault, plane, on: match, source } as Omit<Fault, 'id'> }
}

/** As {@link readFault}, for these providers: what it names has to exist there. */
export function readFaultFor(providers: readonly Served[], source: Json): ReadFault {
  const named = isJsonObject(source) ? withProviderId(providers, source) : source
  const on = isJsonObject(named) && isJsonObject(named.on) ? named.on : {}
  return readFault(named, { ...knownNames(providers, on.provider), eventIds: true })
}

/** A fault with the id of the provider that it names in another way. */
export function withProviderId(providers: readonly Named[], fault: JsonObject): JsonObject {
  if (!isJsonObject(fault.on) || typeof fault.on.provider !== 'string') return fault
  const id = findNamed(providers, fault.on.provider)?.id
  return id === undefined ? fault : { ...fault, on: { ...fault.on, provider: id } }
}

/** The first issue as an error, the others in its hint. */
export function faultError(issues: readonly Issue[]): MockError {
  const [first = issue('', 'it is none'), ...rest] = issues
  return issueError({ action: 'read the fault', code: 'BAD_FAULT' }, [first, ...rest])
}

/** What faults of each plane may be matched by. */
export const MATCHES: Readonly<Record<Plane, readonly (keyof FaultMatch)[]>> = {
  api: ['provider', 'account', 'operation', 'nth'],
  delivery: ['provider', 'account', 'event', 'webhook', 'attempt', 'nth'],
  receiver: ['provider', 'event', 'attempt', 'nth'],
}

/** Names that exist, to find the mistyped ones; what is absent is not checked. */
interface KnownNames {
  readonly provider?: readonly string[]
  readonly account?: readonly string[]
  /** With the ids that they stand for. */
  readonly operation?: ReadonlyMap<string, string>
  readonly event?: readonly string[]
  /** An event may be named by the id that its provider gives it, too: what resembles no type is one. */
  readonly eventIds?: boolean
}

/** The parts of a provider that faults may name. */
interface Served extends Named {
  readonly operations: Parameters<typeof operationNames>[0]
  readonly events: ReadonlyMap<string, unknown>
}

/** What a fault may name where these providers are served; of one alone where it names that one. */
export function knownNames(providers: readonly Served[], provider?: unknown): KnownNames {
  const named = providers.filter(({ id }) => provider === undefined || id === provider)
  return {
    provider: providers.map(({ id }) => id),
    // Of an unknown provider nothing is known.
    ...(named.length > 0 && {
      operation: operationNames(named.flatMap(({ operations }) => operations)),
      event: [...new Set(named.flatMap(({ events }) => [...events.keys()]))],
    }),
  }
}

const NUMBERS: ReadonlySet<string> = new Set(['attempt', 'nth'])

function readMatch(
  plane: Plane,
  on: Json | undefined,
  known: KnownNames,
): { readonly match: FaultMatch; readonly issues: readonly Issue[] } {
  if (on === undefined) return { match: {}, issues: [] }
  if (!isJsonObject(on))
    return { match: {}, issues: [wrong('on', on, 'an object such as {event: note.created}')] }
  const issues: Issue[] = []
  const match: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(on)) {
    if (issues.length >= MOST_ISSUES) break
    const found = matchIssue(plane, key, value, known)
    if (found !== null) issues.push(found)
    else if (key === 'operation') match[key] = known.operation?.get(value as string) ?? value
    else match[key] = NUMBERS.has(key) ? [value].flat() : value
  }
  return { match, issues }
}

function matchIssue(plane: Plane, key: string, value: Json, known: KnownNames): Issue | null {
  const at = toPointer(['on', key])
  const keys: readonly string[] = MATCHES[plane]
  if (!keys.includes(key))
    return issue(at, `a fault of the ${plane} plane is not matched by "${key}"`, suggestion(key, keys))
  if (NUMBERS.has(key)) {
    const numbers: readonly Json[] = Array.isArray(value) ? value : [value]
    const isValid = numbers.length > 0 && numbers.every(isCount)
    return isValid ? null : wrong(`on/${key}`, value, 'an integer ≥ 1, or a non-empty array of these')
  }
  if (typeof value !== 'string' || value === '') return wrong(`on/${key}`, value, 'a non-empty string')
  const names =
    key === 'operation'
      ? known.operation && [...known.operation.keys()]
      : known[key as 'provider' | 'account' | 'event']
  if (names === undefined || names.includes(value) || (key === 'event' && isEventId(value, known)))
    return null
  return issue(at, `there is no ${key} "${value}"`, suggestion(value, names))
}

function isCount(value: Json): boolean {
  return Number.isInteger(value) && (value as number) >= 1
}

/** The id of one event is no type, and is known only once there is one. */
function isEventId(value: string, { event = [], eventIds = false }: KnownNames): boolean {
  return value.startsWith('evt_') || (eventIds && nearest(value, event) === undefined)
}

function readRest(plane: Plane, source: JsonObject) {
  const issues: Issue[] = []
  const { times, probability = 1, key, then } = source
  if (times !== undefined && !isCount(times)) issues.push(wrong('times', times, 'an integer ≥ 1'))
  if (!(typeof probability === 'number' && probability >= 0 && probability <= 1))
    issues.push(wrong('probability', probability, 'a number from 0 to 1'))
  const keyed = FAULT_KEYS.find((one) => one === key)
  if (key !== undefined && keyed === undefined) issues.push(unknownWord('key', key, FAULT_KEYS))
  const afterwards = THENS.find((one) => one === then)
  if (then !== undefined && afterwards === undefined) issues.push(unknownWord('then', then, THENS))
  if (source.do === undefined)
    return { fault: null, issues: [...issues, issue('', 'it does not say what to "do"')] }
  const read = readActions(plane, source.do, source.with)
  if ('issues' in read) return { fault: null, issues: [...issues, ...read.issues] }
  return {
    issues,
    fault: {
      do: read.actions,
      times: (times as number | undefined) ?? null,
      probability: probability as number,
      key: keyed ?? null,
      afterwards: afterwards ?? (Array.isArray(source.do) ? 'pass' : ('repeat-last' satisfies Then)),
    },
  }
}

/** `"times" is 0, which is not an integer ≥ 1`. @param path `on/nth` */
function wrong(path: string, value: Json, expected: string): Issue {
  const [name] = path.split('/').slice(-1)
  return issue(`/${path}`, `"${name}" is ${show(value)}, which is not ${expected}`)
}

function unknownWord(name: string, value: Json, words: readonly string[]): Issue {
  return { ...wrong(name, value, `one of ${words.join(', ')}`), hint: suggestion(asText(value), words) }
}

function planeIssue(plane: Json | undefined): Issue {
  if (plane === undefined)
    return issue('', 'it does not say on which "plane"', `Known are: ${PLANES.join(', ')}.`)
  return unknownWord('plane', plane, PLANES)
}

type ReadActions<P extends Plane> =
  | { readonly actions: readonly (PlaneActions[P] | Pass)[] }
  | { readonly issues: readonly Issue[] }

/** `do` with its `with`: a name, a status, `{name: parameters}`, `{status, headers, body}`, or a list of these and `pass`. */
function readActions<P extends Plane>(plane: P, wanted: Json, given: Json | undefined): ReadActions<P> {
  const issues: Issue[] = []
  const actions: (PlaneActions[P] | Pass)[] = []
  const add = (read: ReadAction<P>) => {
    if ('issues' in read) issues.push(...read.issues)
    else actions.push(read.action)
  }
  const bare =
    wanted === 'pass'
      ? '"pass"'
      : Array.isArray(wanted)
        ? 'a list'
        : isJsonObject(wanted)
          ? 'an object'
          : null
  if (given !== undefined && bare !== null)
    issues.push(issue('/with', `${bare} takes no "with"`, 'Give each its own: {duplicate: {copies: 3}}.'))
  if (Array.isArray(wanted)) {
    const list: readonly Json[] = wanted
    if (list.length === 0) issues.push(issue('/do', 'the list is empty'))
    for (const [i, one] of list.entries()) {
      if (issues.length >= MOST_ISSUES) break
      add(readAction(plane, one, undefined, `/do/${i}`))
    }
  } else add(readAction(plane, wanted, given, '/do'))
  return issues.length > 0 ? { issues } : { actions }
}

type ReadAction<P extends Plane> =
  | { readonly action: PlaneActions[P] | Pass }
  | { readonly issues: readonly Issue[] }

/** One thing that a fault does. @param given its `with`, and `pointer` where it stands below the fault */
export function readAction<P extends Plane>(
  plane: P,
  wanted: Json,
  given?: Json,
  pointer = '/do',
): ReadAction<P> {
  if (wanted === 'pass') return { action: { name: 'pass' } }
  const split = nameAndParameters(wanted, given, pointer)
  if ('pointer' in split) return { issues: [split] }
  const { name, parameters, at } = split
  const faults: Readonly<Record<string, FaultDefinition>> = FAULTS[plane]
  const found = Object.hasOwn(faults, name) ? faults[name] : undefined
  if (found === undefined) {
    const hint = `${suggestion(name, ['pass', ...Object.keys(faults)])}${elsewhere(plane, name)}`
    return { issues: [issue(pointer, `"${name}" is no fault of the ${plane} plane`, hint)] }
  }
  const read = readParameters(found, name, parameters, at)
  // Each value was read by the parameter that gives the action its type.
  if ('values' in read) return { action: { name, ...read.values } as unknown as PlaneActions[P] }
  // A status that stands in `do` is wrong there, also where `with` gives the rest.
  const move = (one: Issue) =>
    isStatus(wanted) && one.pointer === '/with/status' ? { ...one, pointer: '/do' } : one
  return { issues: read.issues.map(move) }
}

/** A fault of another plane is the likeliest slip of all. */
function elsewhere(plane: Plane, name: string): string {
  const other = PLANES.find((one) => one !== plane && Object.hasOwn(FAULTS[one], name))
  return other === undefined ? '' : ` The ${other} plane has it.`
}

interface Split {
  readonly name: string
  readonly parameters: Json | undefined
  /** Where the parameters stand. */
  readonly at: string
}

function nameAndParameters(wanted: Json, given: Json | undefined, pointer: string): Split | Issue {
  if (isStatus(wanted)) {
    const status = Number(wanted)
    if (given === undefined) return { name: 'status', parameters: status, at: pointer }
    if (!isJsonObject(given)) return issue('/with', 'a status takes its parameters by name')
    if ('status' in given) return issue('/with/status', 'the status is given twice')
    return { name: 'status', parameters: { ...given, status }, at: '/with' }
  }
  if (typeof wanted === 'string') return { name: wanted, parameters: given, at: '/with' }
  if (isJsonObject(wanted)) {
    if (isJsonObject(wanted.status)) {
      const hint = 'Write {status: 503}, with headers beside it: {status: 429, headers: {Retry-After: "2"}}.'
      return issue(`${pointer}/status`, `"status" is ${show(wanted.status)}, which is not a number`, hint)
    }
    if ('status' in wanted) return { name: 'status', parameters: wanted, at: pointer }
    const [[name, parameters] = [], ...others] = Object.entries(wanted)
    if (name !== undefined && others.length === 0)
      return { name, parameters, at: `${pointer}${toPointer([name])}` }
  }
  const hint = 'Write a name, a status, {name: parameters}, or {status: 429, headers: {Retry-After: "2"}}.'
  return issue(pointer, `${show(wanted)} names no fault`, hint)
}

function isStatus(wanted: Json): boolean {
  return typeof wanted === 'number' || (typeof wanted === 'string' && /^\d{3}$/.test(wanted))
}
