import { isForm } from '../../src/contract/form.ts'
import { atPointer, isJsonObject, type Json, pointerSteps, setAt } from '../../src/core/json.ts'
import { properties } from '../../src/spec/document.ts'
import type { Operation, Parameter, Provider, Schema } from '../../src/spec/provider.ts'
import type { ErrorRow, Problem } from '../../src/spec/vocabulary.ts'

/** A request that is to be made of an operation, told apart from a valid one. */
export interface RequestCase {
  readonly title: string
  /** Which credentials: of the first account, of none, or of one without scopes. */
  readonly as: 'owner' | 'nobody' | 'scopeless' | 'other'
  readonly accept?: string
  readonly contentType?: string
  readonly rawBody?: string
  readonly body?: Json
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** A required query parameter that is left out. */
  readonly omit?: string
  /** What has to be there first. */
  readonly given?: 'full-account' | 'same-key-other-body' | 'same-key-in-flight' | 'a-failing-store'
}

export interface Sample {
  readonly body: Json | undefined
  readonly provider: Provider
  readonly operation: Operation
}

type Provocation = (sample: Sample, row: ErrorRow) => readonly Omit<RequestCase, 'title'>[]

const ABSENT_IDS = {
  uuid: '00000000-0000-4000-8000-000000000000',
  sequence: '987654321',
  text: 'absent-1',
} as const

const PROVOCATIONS: Readonly<Partial<Record<Problem, Provocation>>> = {
  authentication: () => [{ as: 'nobody' }],
  scope: () => [{ as: 'scopeless' }],
  'not-acceptable': () => [{ as: 'owner', accept: 'image/png' }],
  'media-type': () => [{ as: 'owner', contentType: 'text/plain', rawBody: 'hello' }],
  'too-large': ({ provider }) => [{ as: 'owner', rawBody: `"${'x'.repeat(provider.limits.bodyBytes)}"` }],
  malformed: ({ operation }) => [
    { as: 'owner', rawBody: isForm(operation.body?.contents[0]?.mediaType) ? 'broken=%' : '{"broken": ' },
  ],
  parameter: ({ operation }, row) =>
    operation.parameters
      .filter(
        ({ in: place, name }) =>
          row.at === undefined || row.at.toLowerCase() === `${place}/${name}`.toLowerCase(),
      )
      .flatMap((parameter) => badParameter(parameter, row)),
  schema: ({ body, operation }, row) =>
    badBodies(body, operation, row).map((bad) => ({ as: 'owner', body: bad })),
  login: ({ body, operation }) => {
    const secret = operation.mock?.token?.login.at(-1) ?? ''
    return [{ as: 'owner', body: setAt(body, [secret], 'wrong') }]
  },
  'login-scope': ({ body, operation }) => [
    { as: 'owner', body: setAt(body, [operation.mock?.token?.scope ?? ''], 'no:such') },
  ],
  'url-not-https': ({ body, provider, operation }) => [
    { as: 'owner', body: setAt(body, urlSteps(provider, operation), 'http://hooks.example.com/in') },
  ],
  'not-found': ({ operation, provider }, row) => {
    const place = row.at ?? namedPlace(operation)
    const [kind, name = 'id'] = place.split('/')
    const format =
      name === (operation.mock?.attempt ?? '') ? provider.delivery.attemptId : provider.resource.id
    const value = ABSENT_IDS[format.format]
    return [{ as: 'owner', [kind === 'query' ? 'query' : 'path']: { [name]: value } }]
  },
  'unknown-parameter': () => [{ as: 'owner', query: { no_such_parameter: '1' } }],
  'wrong-account': ({ operation }) => [
    { as: 'owner', path: { [operation.mock?.account ?? '']: ABSENT_IDS.uuid } },
  ],
  forbidden: () => [{ as: 'other' }],
  'limit-reached': ({ body, provider, operation }) => {
    const { enabled } = provider.resource
    const wake =
      operation.mock?.action === 'update' && enabled ? { [enabled.field]: enabled.inverted !== true } : body
    return [{ as: 'owner', given: 'full-account', ...(wake !== undefined && { body: wake }) }]
  },
  'idempotency-mismatch': () => [{ as: 'owner', given: 'same-key-other-body' }],
  'idempotency-processing': () => [{ as: 'owner', given: 'same-key-in-flight' }],
  unavailable: () => [{ as: 'owner', given: 'a-failing-store' }],
}

/** Requests that should make each error row of an operation speak, for its own `Accept`. */
export function refusedCases(sample: Sample): readonly RequestCase[] {
  const cases = new Map<string, RequestCase>()
  for (const { title, ...request } of allCases(sample)) {
    const same = JSON.stringify(request)
    if (!cases.has(same)) cases.set(same, { title, ...request })
  }
  return [...cases.values()]
}

/** An id in the format of the provider's webhooks that no webhook has. */
export function absentId({ resource }: Provider): string {
  return ABSENT_IDS[resource.id.format]
}

function allCases(sample: Sample): readonly RequestCase[] {
  return sample.operation.errors.flatMap((row) =>
    [row.when].flat().flatMap((when) =>
      (arises(when, sample.operation) ? (PROVOCATIONS[when]?.(sample, row) ?? []) : []).map((one, i) => ({
        ...one,
        ...(row.accept !== undefined && { accept: row.accept }),
        title: `${when} ${row.at ?? ''} ${[row.keyword ?? []].flat().join('|')} #${i}`,
      })),
    ),
  )
}

function arises(when: Problem, operation: Operation): boolean {
  const creates = ['create', 'update'].includes(operation.mock?.action ?? '')
  const needs: Partial<Record<Problem, boolean>> = {
    'media-type': operation.body !== null,
    malformed: operation.body !== null,
    'too-large': operation.body !== null,
    schema: operation.body !== null,
    'url-not-https': creates,
    'limit-reached': creates,
    'not-found': operation.path.includes('{') || operation.mock?.webhook !== undefined,
    'wrong-account': operation.mock?.account !== undefined,
    forbidden: operation.path.includes('{'),
    authentication: operation.security.length > 0,
    login: operation.mock?.action === 'issue-token',
    'login-scope': operation.mock?.token?.scope !== undefined,
    scope: operation.security.some((one) => Object.values(one).flat().length > 0),
    'idempotency-mismatch': operation.mock?.idempotency !== undefined,
    'idempotency-processing': operation.mock?.idempotency !== undefined,
    unavailable: operation.mock !== null && operation.mock.action !== 'list-event-types',
  }
  return needs[when] ?? true
}

function namedPlace(operation: Operation): string {
  const name = operation.mock?.webhook ?? 'id'
  return operation.path.includes(`{${name}}`) ? `path/${name}` : `query/${name}`
}

function urlSteps({ resource }: Provider, { mock }: Operation): readonly string[] {
  return [...(mock?.input === undefined ? [] : [mock.input]), resource.url.field]
}

function badParameter(parameter: Parameter, row: ErrorRow): readonly Omit<RequestCase, 'title'>[] {
  const { in: place, name, schema } = parameter
  const all = ['type', 'format', 'pattern', 'minimum', 'maximum', 'required']
  const keywords = row.keyword === undefined ? all : [row.keyword].flat()
  const values: Readonly<Record<string, string | undefined>> = {
    type: 'abc',
    format: 'not-a-uuid',
    pattern: '!!! $$$',
    minLength: '',
    maxLength: 'x'.repeat(400),
    minimum: typeof schema.minimum === 'number' ? String(schema.minimum - 1) : undefined,
    maximum: typeof schema.maximum === 'number' ? String(schema.maximum + 1) : undefined,
    enum: 'no-such-value',
  }
  const omitted =
    place === 'query' && keywords.includes('required') ? [{ as: 'owner', omit: name } as const] : []
  const key = ({ path: 'path', query: 'query', header: 'headers' } as const)[place]
  const bad = keywords
    .flatMap((keyword) => values[keyword] ?? [])
    .map((value) => ({ as: 'owner' as const, [key]: { [name]: value } }))
  return [...bad, ...omitted]
}

/** Bodies that fail where the row says, by each keyword that it names. */
function badBodies(body: Json | undefined, operation: Operation, row: ErrorRow): readonly Json[] {
  const schema = operation.body?.contents[0]?.schema ?? {}
  const pointers = row.at === undefined ? ['', ...childPointers(schema)] : expand(row.at, body)
  const keywords = row.keyword === undefined ? Object.keys(BAD_VALUES) : [row.keyword].flat()
  return pointers.flatMap((pointer) => keywords.flatMap((keyword) => mutate(body, pointer, keyword)))
}

const BAD_VALUES: Readonly<Record<string, readonly Json[]>> = {
  required: [],
  type: [12, { a: 1 }],
  format: ['not a url', 'http://'],
  enum: ['no.such.thing', ['no.such.thing']],
  pattern: ['!!', ['!!']],
  minItems: [[]],
  minLength: [''],
  maxLength: ['x'.repeat(5_000)],
  const: ['other'],
  uniqueItems: [['a', 'a']],
  anyOf: [12],
  oneOf: [12],
}

function mutate(body: Json | undefined, pointer: string, keyword: string): readonly Json[] {
  const steps = pointerSteps(pointer)
  if (keyword === 'required') return steps.length === 0 ? [{}] : [without(body ?? {}, steps)]
  if (keyword === 'minProperties') return [{}]
  return (BAD_VALUES[keyword] ?? []).map((value) => (steps.length === 0 ? 12 : setAt(body, steps, value)))
}

function without(body: Json, [step = '', ...rest]: readonly string[]): Json {
  if (!isJsonObject(body)) return body
  const entries = Object.entries(body)
  return Object.fromEntries(
    rest.length === 0
      ? entries.filter(([key]) => key !== step)
      : entries.map(([key, value]) => [key, key === step ? without(value, rest) : value]),
  )
}

function expand(at: string, body: Json | undefined): readonly string[] {
  if (!at.endsWith('/*')) return [at]
  const list = atPointer(body, at.slice(0, -2))
  return Array.isArray(list)
    ? [`${at.slice(0, -2)}/0`]
    : isJsonObject(list)
      ? Object.keys(list).map((k) => at.replace('*', k))
      : []
}

function childPointers(schema: Schema): readonly string[] {
  return properties(schema).map(([name]) => `/${name}`)
}
