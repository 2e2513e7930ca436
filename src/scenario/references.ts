import { MockError } from '../core/errors.ts'
import { isJsonObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import { nearest, suggestion } from '../core/text.ts'
/** `$note.body.id`: the name, and the path within its value. */
export interface Reference {
  readonly name: string
  readonly path: readonly string[]
}

/** What a name stands for; undefined: nothing. */
export type Lookup = (name: string) => Json | undefined

const NAME = String.raw`[A-Za-z_]\w*(?:-\w+)*`

const STEP = String.raw`\w+(?:-\w+)*`

/** `$mock.acme@autumn`. Elsewhere an `@` ends a path, as in `$user.name@example.com`. */
const VARIANT = String.raw`@(?<=\$\{?mock\.[\w-]+@)${STEP}`

const PATH = String.raw`(?:\.${STEP}(?:${VARIANT})?)*`

const ONE = String.raw`\$(?:(${NAME})(${PATH})|\{(${NAME})(${PATH})\})`

const REFERENCE = new RegExp(String.raw`\$\$|${ONE}`, 'g')

const WHOLE = new RegExp(`^${ONE}$`)

/** A reference, and the JSON pointer of the text that it stands in. */
export interface PlacedReference extends Reference {
  readonly pointer: string
}

/** Every reference in the strings of a value, but not in the keys of objects. */
export function referencesIn(value: Json, pointer = ''): readonly PlacedReference[] {
  if (typeof value === 'string')
    return [...value.matchAll(REFERENCE)].flatMap((match) => {
      const reference = referenceOf(match)
      return reference === null ? [] : [{ ...reference, pointer }]
    })
  if (!Array.isArray(value) && !isJsonObject(value)) return []
  return Object.entries(value as JsonObject).flatMap(([key, one]) =>
    referencesIn(one, `${pointer}${toPointer([key])}`),
  )
}

/** Null: an escaped dollar. */
function referenceOf([, bare, bareWay, braced, bracedWay]: readonly (
  | string
  | undefined
)[]): Reference | null {
  const name = bare ?? braced
  return name === undefined ? null : { name, path: steps(bareWay ?? bracedWay) }
}

/**
 * A value with what its references stand for: a text that is one reference takes on the value, whatever its type; within
 * a longer text it is written out. `${name}` ends a reference where the text goes on; `$$` is a dollar.
 *
 * @throws MockError (input) for a name that stands for nothing.
 */
export function fillReferences<T extends Json>(value: T, lookup: Lookup): T {
  return filled(value, lookup) as T
}

function filled(value: Json, lookup: Lookup): Json {
  if (typeof value === 'string') return filledText(value, lookup)
  if (Array.isArray(value)) return (value as readonly Json[]).map((one) => filled(one, lookup))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, lookup)]))
}

function filledText(text: string, lookup: Lookup): Json {
  const whole = WHOLE.exec(text)
  const reference = whole === null ? null : referenceOf(whole)
  if (reference !== null) return valueAt(reference, lookup)
  return text.replace(REFERENCE, (...match: (string | undefined)[]) => {
    const inner = referenceOf(match)
    if (inner === null) return '$'
    const value = valueAt(inner, lookup)
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
}

function valueAt({ name, path }: Reference, lookup: Lookup): Json {
  const start = lookup(name)
  if (start === undefined) throw unknown([name], 'nothing has that name', [])
  let here: Json = start
  for (const [i, step] of path.entries()) {
    const next = member(here, step)
    if (next === undefined)
      throw name === 'env'
        ? noSuchVariable(step, keysOf(here))
        : unknown([name, ...path.slice(0, i + 1)], `there is no "${step}"`, keysOf(here))
    here = next
  }
  return path.length === 0 && isJsonObject(here) && Object.hasOwn(here, ITSELF)
    ? (here[ITSELF] as Json)
    : here
}

/** The member that a name itself stands for, where it has others besides: `$receiver` is a URL, and has an origin. */
export const ITSELF = ''

function member(value: Json, step: string): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[])[Number(step)]
  return isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
}

function keysOf(value: Json): readonly string[] {
  return isJsonObject(value as JsonObject) ? Object.keys(value as JsonObject) : []
}

function unknown(path: readonly string[], reason: string, known: readonly string[]): MockError {
  const hint = known.length === 0 ? 'A dollar itself is written $$.' : suggestion(path.at(-1) ?? '', known)
  return new MockError('input', 'UNKNOWN_NAME', `Failed to read $${path.join('.')}: ${reason}.`, { hint })
}

/** Without the names of other environment variables: messages end up in reports. */
function noSuchVariable(name: string, known: readonly string[]): MockError {
  const near = nearest(name, known)
  const hint = near === undefined ? `Set it first: ${name}=… hookproof run …` : `Did you mean "${near}"?`
  const reason = 'there is no such environment variable'
  return new MockError('input', 'UNKNOWN_NAME', `Failed to read $env.${name}: ${reason}.`, { hint })
}

function steps(path: string | undefined): readonly string[] {
  return path === undefined || path === '' ? [] : path.slice(1).split('.')
}
