import { isJsonObject, type Json, toPointer } from '../core/json.ts'
import { suggestion } from '../core/nearest.ts'
import type { Pass, Plane, PlaneActions } from './fault.ts'
import type { FaultProblem } from './problem.ts'
import { readWord, type Word } from './word.ts'
import { WORDS } from './words.ts'

const PASS: Pass = { name: 'pass' }

export type ReadActions<P extends Plane> =
  | { readonly actions: readonly (PlaneActions[P] | Pass)[] }
  | { readonly problems: readonly FaultProblem[] }

/** `do` with its `with`: a name, a status, `{name: parameters}`, `{status, headers, body}`, or a list of these and `pass`. */
export function readActions<P extends Plane>(
  plane: P,
  wanted: Json,
  given: Json | undefined,
): ReadActions<P> {
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
