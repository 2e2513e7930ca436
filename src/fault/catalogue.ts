import { isHeader } from '../core/headers.ts'
import { isJsonObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import { suggestion } from '../core/text.ts'
import { formatDuration, formatSize, readDuration, readSize } from '../core/units.ts'
import {
  type ApiAction,
  type Delay,
  type DeliveryAction,
  type FaultProblem,
  MOMENTS,
  type Plane,
  type PlaneActions,
  type ReceiverAction,
} from './fault.ts'

/** The end of a sentence about the parameter: `is "2 sec", which is not a duration such as 250ms or 10s`. */
interface Wrong {
  readonly wrong: string
  /** Whole sentences, in the place of what the parameter is about. */
  readonly hint?: string
}

/** What takes its time in earnest: a timer cannot be set to more than 24 days, and nobody waits for so long. */
const A_DAY = 86_400_000

/** By the mock's clock, which is advanced. */
const A_CENTURY = 36_500 * A_DAY

/** One parameter of a fault: how it is read, how editors see it, and what it is unless given. */
export interface Parameter<T> {
  readonly about: string
  readonly schema: JsonObject
  readonly fallback: T
  /** As it is written, for the documentation. */
  readonly written: string
  read(value: Json): T | Wrong
}

export function isWrong(value: unknown): value is Wrong {
  return typeof value === 'object' && value !== null && 'wrong' in value
}

function duration(about: string, written: string, longest: number): Parameter<number> {
  return parameter(about, DURATION, written, readDuration(written) ?? 0, (value) => {
    const ms = typeof value === 'string' ? readDuration(value) : value === 0 ? 0 : undefined
    if (ms === undefined) return wrong(value, 'is not a duration such as 250ms, 10s or 6m')
    return ms > longest ? wrong(value, `is longer than ${formatDuration(longest)}`) : ms
  })
}

function size(about: string, written: string, most: number): Parameter<number> {
  const schema = { anyOf: [{ type: 'integer', minimum: 0, maximum: most }, SIZE_TEXT] }
  return parameter(about, schema, written, readSize(written) ?? 0, (value) => {
    const bytes =
      typeof value === 'string'
        ? readSize(value)
        : typeof value === 'number' && Number.isInteger(value) && value >= 0
          ? value
          : undefined
    if (bytes === undefined) return wrong(value, 'is not a size such as 64kb or 5mb')
    return bytes > most ? wrong(value, `is more than ${formatSize(most)}`) : bytes
  })
}

function count(about: string, fallback: number, least: number, most: number): Parameter<number> {
  const schema = { type: 'integer', minimum: least, maximum: most }
  return parameter(about, schema, String(fallback), fallback, (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : wrong(value, `is not a number from ${least} to ${most}`),
  )
}

function share(about: string, fallback: number): Parameter<number> {
  const schema = { type: 'number', minimum: 0, maximum: 1 }
  return parameter(about, schema, String(fallback), fallback, (value) =>
    typeof value === 'number' && value >= 0 && value <= 1
      ? value
      : wrong(value, 'is not a number from 0 to 1'),
  )
}

function text(about: string, fallback: string): Parameter<string> {
  return parameter(about, { type: 'string', minLength: 1 }, fallback, fallback, (value) =>
    typeof value === 'string' && value !== '' ? value : wrong(value, 'is not a text'),
  )
}

/** A text that stands in a header line. */
function headerText(about: string, fallback: string): Parameter<string> {
  const plain = text(about, fallback)
  return parameter(about, { type: 'string', pattern: HEADER_TEXT }, fallback, fallback, (value) => {
    const read = plain.read(value)
    return isWrong(read) || isHeader('x', read) ? read : wrong(value, 'HTTP cannot carry')
  })
}

function optionalText(about: string, written: string): Parameter<string | null> {
  return parameter<string | null>(about, { type: 'string', minLength: 1 }, written, null, (value) =>
    typeof value === 'string' && value !== '' ? value : wrong(value, 'is not a text'),
  )
}

function oneOf<T extends string>(about: string, words: readonly T[], fallback: T): Parameter<T> {
  return parameter(about, { enum: words }, fallback, fallback, (value) => {
    const found = words.find((word) => word === value)
    return found ?? wrong(value, 'is not known', suggestion(String(value), words))
  })
}

function object<T extends JsonObject | null>(
  about: string,
  written: string,
  fallback: T,
): Parameter<JsonObject | T> {
  return parameter<JsonObject | T>(about, { type: 'object' }, written, fallback, (value) =>
    isJsonObject(value) ? value : wrong(value, 'is not an object'),
  )
}

function anything(about: string, written: string): Parameter<Json | undefined> {
  return parameter<Json | undefined>(about, {}, written, undefined, (value) => value)
}

function headers(about: string): Parameter<Readonly<Record<string, string>>> {
  const schema = {
    type: 'object',
    propertyNames: { pattern: HEADER_NAME },
    additionalProperties: { type: ['string', 'number'] },
  }
  return parameter(about, schema, 'none', {}, (value) => {
    const lines = isJsonObject(value) ? Object.entries(value) : []
    const isFit = lines.every(([, line]) => typeof line === 'string' || typeof line === 'number')
    if (!isJsonObject(value) || !isFit) return wrong(value, 'does not give each header a text')
    const odd = lines.find(([name, line]) => !isHeader(name, String(line)))
    if (odd !== undefined) return { wrong: `has "${odd[0]}", which HTTP cannot carry` }
    return Object.fromEntries(lines.map(([name, line]) => [name, String(line)]))
  })
}

const HEADER_TEXT = String.raw`^[\t\x20-\x7e\x80-\xff]+$`

const HEADER_NAME = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"

const DURATION: JsonObject = {
  anyOf: [{ type: 'string', pattern: String.raw`^(0|(\d+(\.\d+)?(ms|[smhd]))+)$` }, { const: 0 }],
}

const SIZE_TEXT: JsonObject = { type: 'string', pattern: String.raw`^\d+(b|kb|mb)$` }

function parameter<T>(
  about: string,
  schema: JsonObject,
  written: string,
  fallback: T,
  read: (value: Json) => T | Wrong,
): Parameter<T> {
  return { about, schema: { description: about, ...schema }, written, fallback, read }
}

function wrong(value: Json, reason: string, hint?: string): Wrong {
  return { wrong: `is ${JSON.stringify(value)}, which ${reason}`, ...(hint !== undefined && { hint }) }
}

/** `2s`, `{min: 1s, max: 3s}` or `{median: 80ms, sigma: 0.4, max: 2s}`. */
function delay(about: string, written: string): Parameter<Delay> {
  const fallback: Delay = { kind: 'fixed', ms: readDuration(written) ?? 0 }
  return parameter<Delay>(about, DELAY, written, fallback, (value) => {
    const read = readDelay(value)
    if (read === undefined) return wrong(value, NO_DELAY)
    return longestOf(read) > A_DAY ? wrong(value, `is longer than ${formatDuration(A_DAY)}`) : read
  })
}

function longestOf(delay: Delay): number {
  if (delay.kind === 'fixed') return delay.ms
  return delay.kind === 'uniform' ? delay.max : Math.max(delay.median, delay.max ?? 0)
}

const DELAY: JsonObject = {
  anyOf: [
    DURATION,
    {
      type: 'object',
      additionalProperties: false,
      required: ['min', 'max'],
      properties: { min: DURATION, max: DURATION },
    },
    {
      type: 'object',
      additionalProperties: false,
      required: ['median'],
      properties: { median: DURATION, sigma: { type: 'number', minimum: 0 }, max: DURATION },
    },
  ],
}

const NO_DELAY = 'is neither a duration, nor {min, max}, nor {median, sigma, max}'

const DEFAULT_SIGMA = 0.4

function readDelay(value: Json): Delay | undefined {
  if (typeof value === 'string' || value === 0) {
    const ms = readDuration(String(value))
    return ms === undefined ? undefined : { kind: 'fixed', ms }
  }
  if (!isJsonObject(value)) return undefined
  const { min, max, median, sigma = DEFAULT_SIGMA, ...others } = value
  if (Object.keys(others).length > 0) return undefined
  const [low, high, middle] = [min, max, median].map((one) =>
    typeof one === 'string' || one === 0 ? readDuration(String(one)) : undefined,
  )
  if (
    middle !== undefined &&
    typeof sigma === 'number' &&
    sigma >= 0 &&
    (max === undefined || high !== undefined)
  )
    return min === undefined ? { kind: 'lognormal', median: middle, sigma, max: high ?? null } : undefined
  if (median !== undefined || low === undefined || high === undefined || low > high) return undefined
  return { kind: 'uniform', min: low, max: high }
}

type Parameters = Readonly<Record<string, Parameter<unknown>>>

type ValuesOf<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never
}

/** A fault by its name: what it does, what may be said about it, and how it becomes an action. */
export interface Word<A> {
  readonly about: string
  readonly parameters: Parameters
  /** The one that a plain value gives: `{latency: 2s}`. */
  readonly main: string | null
  readonly make: (values: Readonly<Record<string, unknown>>) => A
}

function word<P extends Parameters, A>(
  about: string,
  parameters: P,
  make: (values: ValuesOf<P>) => A,
  main: (keyof P & string) | null = null,
): Word<A> {
  // What is read by a parameter has its type: `readWord` reads each by its own.
  return { about, parameters, main, make: make as unknown as Word<A>['make'] }
}

/** The action of a word with the given parameters, an absent one having its default. */
export function readWord<A>(
  { parameters, main, make }: Word<A>,
  name: string,
  given: Json | undefined,
  pointer: string,
): { readonly action: A } | { readonly problems: readonly FaultProblem[] } {
  const named = namedValues(given, main, parameters)
  if (named === null) return { problems: [{ pointer, ...namelessProblem(name, parameters) }] }
  const problems: FaultProblem[] = []
  const values: Record<string, unknown> = {}
  for (const [key, parameter] of Object.entries(parameters)) values[key] = parameter.fallback
  for (const [key, value] of Object.entries(named)) {
    const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined
    const at = named === given ? `${pointer}${toPointer([key])}` : pointer
    if (parameter === undefined) {
      problems.push({ pointer: at, reason: `${name} has no "${key}"`, hint: known(parameters, key) })
      continue
    }
    const read = parameter.read(value)
    if (isWrong(read)) {
      const hint = read.hint ?? meaning(key, parameter)
      problems.push({ pointer: at, reason: `"${key}" ${read.wrong}`, hint })
    } else values[key] = read
  }
  return problems.length > 0 ? { problems } : { action: make(values) }
}

function namelessProblem(name: string, parameters: Parameters): Omit<FaultProblem, 'pointer'> {
  const hasAny = Object.keys(parameters).length > 0
  if (!hasAny) return { reason: `${name} has no parameters` }
  return { reason: `${name} wants its parameters by name`, hint: known(parameters) }
}

/** `"copies" says how many times in all. Its default is 2.` */
function meaning(key: string, { about, written }: Parameter<unknown>): string {
  const verb = /^(how|which|whether|where)\b/.test(about) ? 'says' : 'gives'
  return `"${key}" ${verb} ${about}. Its default is ${written}.`
}

function namedValues(
  given: Json | undefined,
  main: string | null,
  parameters: Parameters,
): JsonObject | null {
  if (given === undefined) return {}
  if (isJsonObject(given) && !isValueOf(given, main === null ? undefined : parameters[main], parameters))
    return given
  return main === null ? null : { [main]: given }
}

/** Whether an object is the value of the parameter that needs no name, and not parameters by their names. */
function isValueOf(
  given: JsonObject,
  parameter: Parameter<unknown> | undefined,
  parameters: Parameters,
): boolean {
  const names = Object.keys(given)
  if (parameter === undefined || names.length === 0) return false
  return !names.some((name) => Object.hasOwn(parameters, name)) && takesObjects(parameter.schema)
}

function takesObjects({ type, anyOf = [] }: JsonObject): boolean {
  return type === 'object' || (anyOf as readonly JsonObject[]).some(takesObjects)
}

function known(parameters: Parameters, near?: string): string {
  const names = Object.keys(parameters)
  if (names.length === 0) return 'It has no parameters.'
  return near === undefined ? `Known are: ${names.join(', ')}.` : suggestion(near, names)
}

const MOST_COPIES = 100

/** Of what is larger, each attempt would hold a copy in memory for as long as it is logged. */
const MOST_BYTES = 64 * 1024 * 1024

const when = oneOf('before: nothing is done. after: it is done, and its answer is lost', MOMENTS, 'before')

const API: Readonly<Record<string, Word<ApiAction>>> = {
  status: word(
    'answers with this status, and nothing is done',
    {
      status: count('which status', 503, 200, 599),
      headers: headers('more header lines'),
      body: anything('the body', "what the provider's document declares for the status"),
      when,
    },
    (values): ApiAction => ({ name: 'status', ...values }),
    'status',
  ),
  latency: word(
    'answers later',
    { delay: delay('how much later, or a distribution: {min, max}, {median, sigma, max}', '2s') },
    (values): ApiAction => ({ name: 'latency', ...values }),
    'delay',
  ),
  timeout: word('never answers', { when }, (values): ApiAction => ({ name: 'timeout', ...values })),
  reset: word(
    'cuts the connection with a TCP reset',
    { when },
    (values): ApiAction => ({
      name: 'reset',
      ...values,
    }),
  ),
  empty: word(
    'closes the connection without a byte of an answer',
    { when },
    (values): ApiAction => ({
      name: 'empty',
      ...values,
    }),
  ),
  malformed: word(
    'answers with a head of HTTP and then with what is none',
    { when },
    (values): ApiAction => ({
      name: 'malformed',
      ...values,
    }),
  ),
  dribble: word(
    "spreads the answer's bytes over time",
    { over: duration('how long it takes from the first byte to the last', '3s', A_DAY) },
    ({ over }): ApiAction => ({ name: 'dribble', overMs: over }),
    'over',
  ),
  'rate-limit': word(
    'answers 429 with Retry-After to more requests than that',
    {
      limit: count('how many requests are answered in a window', 5, 0, 1_000_000),
      per: duration('how long a window is', '10s', A_CENTURY),
    },
    ({ limit, per }): ApiAction => ({ name: 'rate-limit', limit, perMs: per }),
  ),
}

const DELIVERY: Readonly<Record<string, Word<DeliveryAction>>> = {
  drop: word('is lost on its way: nothing is sent', {}, (): DeliveryAction => ({ name: 'drop' })),
  delay: word(
    'is sent later',
    { by: duration("how much later, by the mock's clock", '10s', A_CENTURY) },
    ({ by }): DeliveryAction => ({ name: 'delay', byMs: by }),
    'by',
  ),
  duplicate: word(
    'is sent more than once, byte for byte, as one attempt',
    {
      copies: count('how many times in all', 2, 2, MOST_COPIES),
      at: oneOf('whether one after the other, or all at once', ['in-turn', 'once'] as const, 'in-turn'),
    },
    (values): DeliveryAction => ({ name: 'duplicate', ...values }),
    'copies',
  ),
  reorder: word(
    'is held back until later ones have been sent',
    { behind: count('how many later deliveries to the webhook', 1, 1, 1_000) },
    (values): DeliveryAction => ({ name: 'reorder', ...values }),
    'behind',
  ),
  'bad-signature': word(
    'carries a signature that does not hold',
    {},
    (): DeliveryAction => ({
      name: 'bad-signature',
    }),
  ),
  'wrong-secret': word(
    'is signed with another secret',
    { secret: optionalText('the other secret', 'a fresh one of the same form') },
    (values): DeliveryAction => ({ name: 'wrong-secret', ...values }),
    'secret',
  ),
  'missing-signature': word(
    'carries no signature',
    {},
    (): DeliveryAction => ({ name: 'missing-signature' }),
  ),
  'stale-timestamp': word(
    'is signed as of long ago',
    { by: duration('how long ago', '10m', A_CENTURY) },
    ({ by }): DeliveryAction => ({ name: 'stale-timestamp', byMs: by }),
    'by',
  ),
  'alter-after-signing': word(
    'has another body than the one that was signed',
    { set: object('members that take the place of its own', 'one more member, hookproof_altered', null) },
    (values): DeliveryAction => ({ name: 'alter-after-signing', ...values }),
    'set',
  ),
  truncate: word(
    'ends before its Content-Length says',
    { at: share('the share of the body that is sent', 0.5) },
    (values): DeliveryAction => ({ name: 'truncate', ...values }),
    'at',
  ),
  'reset-mid-body': word(
    'is cut with a TCP reset within its body',
    { at: share('the share of the body that is sent', 0.5) },
    (values): DeliveryAction => ({ name: 'reset-mid-body', ...values }),
    'at',
  ),
  'slow-body': word(
    "spreads its body's bytes over time",
    { over: duration('how long it takes from the first byte to the last', '3s', A_DAY) },
    ({ over }): DeliveryAction => ({ name: 'slow-body', overMs: over }),
    'over',
  ),
  'wrong-content-type': word(
    'says that its body is something else',
    { type: headerText('the media type', 'text/plain') },
    (values): DeliveryAction => ({ name: 'wrong-content-type', ...values }),
    'type',
  ),
  'unknown-event-type': word(
    'is of a type that nobody knows, and signed so',
    { type: text('the type', 'hookproof.unknown') },
    (values): DeliveryAction => ({ name: 'unknown-event-type', ...values }),
    'type',
  ),
  'extra-fields': word(
    'has members that its contract does not know, and is signed so',
    { fields: object('the members', '{hookproof_extra: true}', { hookproof_extra: true }) },
    (values): DeliveryAction => ({ name: 'extra-fields', ...values }),
    'fields',
  ),
  'huge-body': word(
    'is padded to that size, and signed so',
    { size: size('how large, at most 64mb', '5mb', MOST_BYTES) },
    (values): DeliveryAction => ({ name: 'huge-body', bytes: values.size }),
    'size',
  ),
  reserialise: word(
    'says the same in other bytes than those that were signed',
    {},
    (): DeliveryAction => ({
      name: 'reserialise',
    }),
  ),
}

const RECEIVER: Readonly<Record<string, Word<ReceiverAction>>> = {
  status: word(
    'answers with this status',
    {
      status: count('which status', 503, 200, 599),
      headers: headers('header lines'),
      body: optionalText('the body', 'empty'),
    },
    ({ body, ...values }): ReceiverAction => ({ name: 'status', ...values, body: body ?? '' }),
    'status',
  ),
  timeout: word('never answers', {}, (): ReceiverAction => ({ name: 'timeout' })),
  slow: word(
    'answers 200 later',
    { by: duration('how much later', '500ms', A_DAY) },
    ({ by }): ReceiverAction => ({ name: 'slow', byMs: by }),
    'by',
  ),
  reset: word('cuts the connection with a TCP reset', {}, (): ReceiverAction => ({ name: 'reset' })),
  empty: word(
    'closes the connection without a byte of an answer',
    {},
    (): ReceiverAction => ({
      name: 'empty',
    }),
  ),
  garbage: word('answers with bytes that are not HTTP', {}, (): ReceiverAction => ({ name: 'garbage' })),
  redirect: word(
    'answers 302',
    { to: headerText('where to', '/redirected') },
    (values): ReceiverAction => ({ name: 'redirect', ...values }),
    'to',
  ),
}

/** Every fault of every plane, by its name. */
export const WORDS: { readonly [P in Plane]: Readonly<Record<string, Word<PlaneActions[P]>>> } = {
  api: API,
  delivery: DELIVERY,
  receiver: RECEIVER,
}
