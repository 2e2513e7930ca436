import type { JsonObject } from '../core/json.ts'
import { FAULTS, type Plane } from './catalogue.ts'
import type { FaultDefinition } from './definition.ts'
import { FAULT_KEYS, type FaultMatch, THENS } from './fault.ts'
import { MATCHES } from './read-fault.ts'

/** JSON Schema of one fault of a plane; `named`: with `plane` in it, where the place does not say which. */
export function faultSchema(plane: Plane, { named = false } = {}): JsonObject {
  const more: JsonObject = named ? { plane: { const: plane } } : {}
  const one = actionSchema(plane)
  return {
    type: 'object',
    additionalProperties: false,
    required: [...Object.keys(more), 'do'],
    properties: {
      ...more,
      on: {
        description: 'What it applies to; everything that is named must match. Absent: everything.',
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(MATCHES[plane].map((key) => [key, CONDITIONS[key]])),
      },
      do: {
        description: 'A fault by its name, a status, or a list that is taken in turn.',
        anyOf: [one, { type: 'array', minItems: 1, items: one }],
      },
      with: { description: 'The parameters of a single name.' },
      times: { description: 'Applied at most so often.', type: 'integer', minimum: 1 },
      probability: { description: 'How likely it is applied.', type: 'number', minimum: 0, maximum: 1 },
      key: { description: 'What has a counter of its own.', enum: FAULT_KEYS },
      // biome-ignore lint/suspicious/noThenProperty: the word of the format
      then: { description: 'What follows when a list is used up. Default: pass.', enum: THENS },
    },
  }
}

const NAME: JsonObject = { type: 'string', minLength: 1 }

const NUMBERS: JsonObject = {
  anyOf: [
    { type: 'integer', minimum: 1 },
    { type: 'array', minItems: 1, items: { type: 'integer', minimum: 1 } },
  ],
}

const CONDITIONS: Readonly<Record<keyof FaultMatch, JsonObject>> = {
  provider: { description: 'Id of a provider.', ...NAME },
  account: { description: 'Name of an account.', ...NAME },
  operation: { description: 'Id of an operation.', ...NAME },
  event: { description: 'An event type, or one event.', ...NAME },
  webhook: { description: 'A webhook.', ...NAME },
  attempt: { description: 'Numbers of attempts.', ...NUMBERS },
  nth: { description: 'Which of those that match, from 1.', ...NUMBERS },
}

/** JSON Schema of one thing that a fault does. */
export function actionSchema(plane: Plane): JsonObject {
  const faults: Readonly<Record<string, FaultDefinition>> = FAULTS[plane]
  const { status, ...named } = faults
  return {
    anyOf: [
      { enum: ['pass', ...Object.keys(faults)] },
      { description: status?.about ?? '', type: 'integer', minimum: 200, maximum: 599 },
      { description: status?.about ?? '', type: 'string', pattern: String.raw`^[2-5]\d\d$` },
      parametersOf(status, ['status']),
      ...Object.entries(named).map(([name, found]) => ({
        type: 'object',
        additionalProperties: false,
        required: [name],
        properties: { [name]: { description: found.about, ...valueSchema(found) } },
      })),
    ],
  }
}

function valueSchema(found: FaultDefinition): JsonObject {
  const main = found.main === undefined ? undefined : found.parameters[found.main]
  if (main === undefined) return parametersOf(found)
  const plain = main.schema.type === 'object' ? { ...main.schema, not: namesAny(found) } : main.schema
  return { anyOf: [plain, parametersOf(found)] }
}

/** What has one of the parameters' names is parameters, and no value of the one that needs no name. */
function namesAny({ parameters }: FaultDefinition): JsonObject {
  return { anyOf: Object.keys(parameters).map((name) => ({ required: [name] })) }
}

function parametersOf(found: FaultDefinition | undefined, required: readonly string[] = []): JsonObject {
  const parameters = Object.entries(found?.parameters ?? {})
  return {
    type: 'object',
    additionalProperties: false,
    required,
    properties: Object.fromEntries(parameters.map(([name, { schema }]) => [name, schema])),
  }
}
