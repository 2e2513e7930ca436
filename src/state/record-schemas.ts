import type { Ajv, ValidateFunction } from 'ajv'
import { FIRST_INSTANT, LAST_INSTANT } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import type { Attempt, AttemptRequest, Body, Failure, Outcome, Webhook } from '../core/model.ts'
import { TABLE_NAMES, type TableName, type Tables } from './store.ts'

const text = { type: 'string' }

const id = { type: 'string', minLength: 1 }

/**
 * Where integers end. Most of them are counted up: what is imported leaves room for that, so that whatever follows from it
 * can be read again. From a file they come up to where one more is another number.
 */
const MOST = { import: 2 ** 52, file: Number.MAX_SAFE_INTEGER - 1 } as const

/** Where records come from. */
type RecordOrigin = keyof typeof MOST

const INTEGERS = '#/$defs/integer'

const integer = { $ref: INTEGERS }

const count = { $ref: INTEGERS, minimum: 0 }

const instant = { type: 'number', minimum: FIRST_INSTANT, maximum: LAST_INSTANT }

const flag = { type: 'boolean' }

const texts = { type: 'array', items: text }

const textsByName = { type: 'object', additionalProperties: text }

const headerLines = {
  type: 'array',
  items: { type: 'array', items: text, minItems: 2, maxItems: 2 },
}

const orNull = (schema: JsonObject) => ({ anyOf: [schema, { type: 'null' }] })

/** All of a type's fields, and no others: a field that is added to the type and not here does not compile. */
function record<T>(
  properties: { readonly [Field in keyof T]-?: JsonObject },
  optional: readonly (keyof T)[] = [],
): JsonObject {
  const required = Object.keys(properties).filter((name) => !optional.some((one) => one === name))
  return { type: 'object', properties, required, additionalProperties: false }
}

type OutcomeOf<Kind extends Outcome['kind']> = Extract<Outcome, { readonly kind: Kind }>

const body = record<Body>({ encoding: { enum: ['utf8', 'base64'] }, text })

const outcome = {
  type: 'object',
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: [
    record<OutcomeOf<'responded'>>({
      kind: { const: 'responded' },
      status: integer,
      headers: headerLines,
      body,
      truncated: flag,
    }),
    record<OutcomeOf<'timed-out' | 'interrupted'>>({
      kind: { enum: ['timed-out', 'interrupted'] },
      error: text,
    }),
    record<OutcomeOf<'connection-failed' | 'tls-failed'>>({
      kind: { enum: ['connection-failed', 'tls-failed'] },
      error: text,
      code: text,
    }),
    record<OutcomeOf<'blocked'>>({ kind: { const: 'blocked' }, error: text, hint: text }),
  ],
}

type Schemas = { readonly [Name in TableName]: JsonObject }

/** What a record of each table holds: for all state that is read, from a file or from an imported snapshot. */
const RECORD_SCHEMAS: Schemas = {
  accounts: record<Tables['accounts']>(
    {
      id,
      provider: id,
      name: id,
      providerId: text,
      credentials: textsByName,
      scopes: orNull(texts),
      events: texts,
      login: textsByName,
      environment: orNull(text),
    },
    ['providerId', 'events', 'login', 'environment'],
  ),
  webhooks: record<Webhook>(
    {
      id,
      providerId: text,
      provider: id,
      account: id,
      url: text,
      secret: text,
      retiredSecrets: {
        type: 'array',
        items: record<Webhook['retiredSecrets'][number]>({ secret: text, until: instant }),
      },
      enabled: flag,
      filter: orNull(texts),
      fields: { type: 'object' },
      createdAt: instant,
      updatedAt: instant,
      lastSucceededAt: orNull(instant),
      deletedAt: orNull(instant),
      failures: record<Webhook['failures']>(
        {
          count,
          since: orNull(instant),
          last: record<Failure>({ names: texts, status: orNull(integer), host: text }),
        },
        ['last'],
      ),
      disabledBy: orNull(
        record<NonNullable<Webhook['disabledBy']>>({ reason: text, at: instant, tested: { const: true } }, [
          'tested',
        ]),
      ),
      switchedOffAt: orNull(instant),
    },
    ['switchedOffAt'],
  ),
  events: record<Tables['events']>(
    {
      id,
      providerId: text,
      provider: id,
      account: id,
      type: text,
      occurredAt: instant,
      body,
      raw: { const: true },
    },
    ['raw'],
  ),
  deliveries: record<Tables['deliveries']>({
    id,
    provider: id,
    account: id,
    event: id,
    webhook: id,
    cause: { enum: ['event', 'test', 'resend'] },
    status: { enum: ['pending', 'succeeded', 'exhausted', 'cancelled', 'blocked'] },
    reason: orNull(text),
    attempts: count,
    delaysUsed: count,
    nextAttemptAt: orNull(instant),
    resendOf: orNull(id),
    createdAt: instant,
    settledAt: orNull(instant),
  }),
  attempts: record<Attempt>({
    id,
    providerId: text,
    delivery: id,
    event: id,
    webhook: id,
    number: count,
    sequence: count,
    sentAt: instant,
    signedAt: instant,
    request: record<AttemptRequest>({
      method: text,
      url: text,
      sentTo: orNull(text),
      headers: headerLines,
      body: orNull(body),
    }),
    signature: orNull(record<NonNullable<Attempt['signature']>>({ scheme: text, content: text })),
    outcome: orNull(outcome),
    durationMs: orNull({ type: 'number' }),
    faults: texts,
  }),
  counters: record<Tables['counters']>({ id, value: integer }),
  answers: record<Tables['answers']>(
    {
      id,
      fingerprint: text,
      status: integer,
      headers: textsByName,
      body: text,
      expiresAt: instant,
      begun: id,
    },
    ['begun'],
  ),
  tokens: record<Tables['tokens']>({
    id,
    provider: id,
    account: id,
    scopes: orNull(texts),
    issuedAt: instant,
    expiresAt: instant,
  }),
}

/** What is wrong with a value as a record of a table, and at which JSON pointer in it; null where nothing is. */
export type RecordCheck = (
  table: TableName,
  value: unknown,
) => { readonly place: string; readonly reason: string } | null

const compiled = new Map<RecordOrigin, RecordCheck>()

/** Loads ajv, so only for state that is to be read. */
export async function loadRecordCheck(origin: RecordOrigin): Promise<RecordCheck> {
  const { Ajv } = await import('ajv')
  const check =
    compiled.get(origin) ?? compileChecks(new Ajv({ discriminator: true, strict: false }), MOST[origin])
  compiled.set(origin, check)
  return check
}

function compileChecks(ajv: Ajv, most: number): RecordCheck {
  const $defs = { integer: { type: 'integer', minimum: -most, maximum: most } }
  const compile = (name: TableName) => ajv.compile({ ...RECORD_SCHEMAS[name], $defs })
  const checks = Object.fromEntries(TABLE_NAMES.map((name) => [name, compile(name)]))
  return (table, value) => {
    const check = checks[table] as ValidateFunction
    return check(value) ? null : firstError(check)
  }
}

function firstError({ errors }: ValidateFunction): ReturnType<RecordCheck> {
  const { instancePath = '', message = 'is no record', params } = errors?.[0] ?? {}
  const unknown: unknown = params?.additionalProperty
  return { place: instancePath, reason: typeof unknown === 'string' ? `${message} ("${unknown}")` : message }
}
