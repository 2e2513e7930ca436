import { MockError } from '../core/errors.ts'
import { type Json, type JsonObject, toPointer } from '../core/json.ts'
import { loadRecordCheck } from './record-schemas.ts'
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
  const validate = new Ajv({ strict: false }).compile<{ tables: TableRecords }>({
    type: 'object',
    required: ['format', 'version', 'tables'],
    properties: {
      format: { const: FORMAT },
      version: { const: VERSION },
      tables: {
        type: 'object',
        additionalProperties: false,
        required: TABLE_NAMES,
        properties: Object.fromEntries(TABLE_NAMES.map((name) => [name, { type: 'array' }])),
      },
    },
  })
  const value: unknown = state
  if (!validate(value)) {
    const { instancePath = '', message = 'is not right', params } = validate.errors?.[0] ?? {}
    const allowed: unknown = params?.allowedValue
    throw rejected(instancePath, allowed === undefined ? message : `${message} ${JSON.stringify(allowed)}`)
  }
  const check = await loadRecordCheck()
  for (const name of TABLE_NAMES)
    for (const [at, record] of value.tables[name].entries()) {
      const { place, reason } = check(name, record) ?? {}
      if (reason !== undefined) throw rejected(toPointer(['tables', name, at]) + place, reason)
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
