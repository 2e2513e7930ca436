import type { JSONSchemaObject } from './import-state.ts'
import type { TableName } from './store.ts'

const text = { type: 'string' }
const id = { type: 'string', minLength: 1 }
const number = { type: 'number' }
const count = { type: 'integer', minimum: 0 }
const flag = { type: 'boolean' }
const texts = { type: 'array', items: text }
const textsByName = { type: 'object', additionalProperties: text }
const orNull = (schema: JSONSchemaObject) => ({ anyOf: [schema, { type: 'null' }] })

/** All fields required: that is how the types have them. */
function record(properties: Readonly<Record<string, JSONSchemaObject>>): JSONSchemaObject {
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
export const RECORD_SCHEMAS: Readonly<Record<TableName, JSONSchemaObject>> = {
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
