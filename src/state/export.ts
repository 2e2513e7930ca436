import { MockError } from '../core/errors.ts'
import { type Json, type JsonObject, toPointer } from '../core/json.ts'
import { FORMAT, VERSION } from './snapshot.ts'
import { TABLE_NAMES, type TableName, type TableRecords } from './store.ts'

/** Fields that name a record of another table. */
const REFERENCES: Partial<Record<TableName, Readonly<Record<string, TableName>>>> = {
  deliveries: { event: 'events', webhook: 'webhooks' },
  attempts: { delivery: 'deliveries', event: 'events', webhook: 'webhooks' },
}

export function toExport(records: TableRecords): Json {
  return { format: FORMAT, version: VERSION, tables: records as unknown as JsonObject }
}

/** The records of an exported state. Fails (input) with a pointer to the first thing that cannot be. */
export async function fromExport(state: Json): Promise<TableRecords> {
  const { Ajv } = await import('ajv')
  const validate = new Ajv({ allowUnionTypes: true, strict: false }).compile<{ tables: TableRecords }>({
    type: 'object',
    required: ['format', 'version', 'tables'],
    properties: {
      format: { const: FORMAT },
      version: { const: VERSION },
      tables: {
        type: 'object',
        additionalProperties: false,
        required: TABLE_NAMES,
        properties: Object.fromEntries(
          TABLE_NAMES.map((name) => [name, { type: 'array', items: RECORD_SCHEMAS[name] }]),
        ),
      },
    },
  })
  const value: unknown = state
  if (!validate(value)) {
    const { instancePath = '', message = 'is not right', params } = validate.errors?.[0] ?? {}
    const allowed: unknown = params?.allowedValue
    throw rejected(instancePath, allowed === undefined ? message : `${message} ${JSON.stringify(allowed)}`)
  }
  checkReferences(value.tables)
  return value.tables
}

function checkReferences(tables: TableRecords): void {
  const ids = new Map(TABLE_NAMES.map((name) => [name, new Set<string>()]))
  for (const name of TABLE_NAMES)
    for (const [at, { id }] of tables[name].entries()) {
      if (ids.get(name)?.has(id))
        throw rejected(toPointer(['tables', name, at, 'id']), `is used twice: "${id}"`)
      ids.get(name)?.add(id)
    }
  for (const name of TABLE_NAMES)
    for (const [field, target] of Object.entries(REFERENCES[name] ?? {}))
      for (const [at, record] of tables[name].entries()) {
        const id: unknown = Reflect.get(record, field)
        if (typeof id === 'string' && !ids.get(target)?.has(id))
          throw rejected(
            toPointer(['tables', name, at, field]),
            `names "${id}", which is not among the ${target}`,
          )
      }
}

function rejected(pointer: string, reason: string): MockError {
  return new MockError('input', 'BAD_STATE', `Failed to take over the state: ${pointer || 'it'} ${reason}.`, {
    hint: 'Give it back as the snapshot was read. Nothing was changed.',
  })
}

const text = { type: 'string' }

const id = { type: 'string', minLength: 1 }

const number = { type: 'number' }

const count = { type: 'integer', minimum: 0 }

const flag = { type: 'boolean' }

const texts = { type: 'array', items: text }

const textsByName = { type: 'object', additionalProperties: text }

const orNull = (schema: JsonObject) => ({ anyOf: [schema, { type: 'null' }] })

/** All fields required: that is how the types have them. */
function record(properties: Readonly<Record<string, JsonObject>>): JsonObject {
  return { type: 'object', properties, required: Object.keys(properties) }
}

const body = record({ encoding: { enum: ['utf8', 'base64'] }, text })

const headerLines = {
  type: 'array',
  items: { type: 'array', items: text, minItems: 2, maxItems: 2 },
}

const outcome = {
  type: 'object',
  required: ['kind'],
  oneOf: [
    record({ kind: { const: 'responded' }, status: number, headers: headerLines, body, truncated: flag }),
    record({ kind: { enum: ['timed-out', 'interrupted'] }, error: text }),
    record({ kind: { enum: ['connection-failed', 'tls-failed'] }, error: text, code: text }),
    record({ kind: { const: 'blocked' }, error: text, hint: text }),
  ],
}

/** The shapes of src/core, for state that comes from outside. */
const RECORD_SCHEMAS: Readonly<Record<TableName, JsonObject>> = {
  accounts: record({ id, provider: id, name: id, credentials: textsByName, scopes: orNull(texts) }),
  webhooks: record({
    id,
    providerId: text,
    provider: id,
    account: id,
    url: text,
    secret: text,
    retiredSecrets: { type: 'array', items: record({ secret: text, until: number }) },
    enabled: flag,
    filter: orNull(texts),
    fields: { type: 'object' },
    createdAt: number,
    updatedAt: number,
    lastSucceededAt: orNull(number),
    deletedAt: orNull(number),
    failures: record({ count, since: orNull(number) }),
    disabledBy: orNull(record({ reason: text, at: number })),
  }),
  events: record({ id, providerId: text, provider: id, account: id, type: text, occurredAt: number, body }),
  deliveries: record({
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
    nextAttemptAt: orNull(number),
    resendOf: orNull(id),
    createdAt: number,
    settledAt: orNull(number),
  }),
  attempts: record({
    id,
    providerId: text,
    delivery: id,
    event: id,
    webhook: id,
    number: count,
    sequence: count,
    sentAt: number,
    signedAt: number,
    request: record({
      method: text,
      url: text,
      sentTo: orNull(text),
      headers: headerLines,
      body: orNull(body),
    }),
    signature: orNull(record({ scheme: text, content: text })),
    outcome: orNull(outcome),
    durationMs: orNull(number),
    faults: texts,
  }),
  counters: record({ id, value: { type: 'integer' } }),
  answers: record({
    id,
    fingerprint: text,
    status: number,
    headers: textsByName,
    body: text,
    expiresAt: number,
  }),
}
