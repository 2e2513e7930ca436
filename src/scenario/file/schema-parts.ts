import type { JsonObject } from '../../core/json.ts'

// The parts that the JSON Schema of scenario files, of their steps and of their expectations is built from.

/** An object with these properties and no others. */
export function object(
  description: string,
  properties: JsonObject,
  required: readonly string[] = [],
): JsonObject {
  return { description, type: 'object', additionalProperties: false, properties, required }
}

export function described(description: string, schema: JsonObject): JsonObject {
  return { description, ...schema }
}

export const TEXT: JsonObject = { type: 'string', minLength: 1 }

export const ANYTHING: JsonObject = {}

export const BOOLEAN: JsonObject = { type: 'boolean' }

export const NAME: JsonObject = {
  title: 'a name of letters, digits, - and _',
  type: 'string',
  pattern: '^[A-Za-z_]\\w*(-\\w+)*$',
}

export const DURATION: JsonObject = {
  title: 'a duration such as 250ms, 10s or 6m10s',
  type: 'string',
  pattern: '^(0|(\\d+(\\.\\d+)?(ms|[smhd]))+)$',
}

export const COUNT: JsonObject = { type: 'integer', minimum: 0 }

export const HEADERS: JsonObject = {
  type: 'object',
  additionalProperties: { type: ['string', 'number', 'boolean'] },
}

export const STRINGS: JsonObject = { type: 'array', minItems: 1, items: { type: 'string' } }

export const COMMAND: JsonObject = {
  anyOf: [TEXT, STRINGS],
}

/** Any value: see `Pattern` of core/match.ts. */
export const PATTERN: JsonObject = {}

const EXPRESSION: JsonObject = { title: 'a /pattern/', type: 'string', pattern: '^/.+/[imsu]*$' }

const REFERENCE: JsonObject = { title: 'a $name', type: 'string', pattern: '^\\$' }

export const RANGE: JsonObject = {
  title: '{min, max}',
  type: 'object',
  additionalProperties: false,
  properties: { min: { type: 'number' }, max: { type: 'number' } },
}

export const STATUS: JsonObject = { title: 'a status', type: 'integer', minimum: 0, maximum: 599 }

export const STATUS_CLASS: JsonObject = { title: 'a class such as 2xx', type: 'string', pattern: '^[1-5]xx$' }

/** A number of things: exact, a range, a reference or a pattern. */
export const COUNT_PATTERN: JsonObject = {
  anyOf: [
    COUNT,
    {
      ...RANGE,
      properties: { min: { type: 'number', minimum: 0 }, max: { type: 'number', minimum: 0 } },
    },
    REFERENCE,
    EXPRESSION,
  ],
}

/** An integer, such as an exit code: exact, a range, a reference or a pattern. */
export const NUMBER_PATTERN: JsonObject = { anyOf: [{ type: 'integer' }, RANGE, REFERENCE, EXPRESSION] }

export const STATUS_PATTERN: JsonObject = { anyOf: [STATUS, STATUS_CLASS, RANGE, REFERENCE, EXPRESSION] }

/** One of these words, or a reference or pattern in its place. */
export function wordPattern(words: readonly string[], ...others: readonly JsonObject[]): JsonObject {
  return { anyOf: [{ enum: words }, ...others, REFERENCE, EXPRESSION] }
}

export const TARGET: JsonObject = {
  provider: described('Id of the provider. Default: the first one of the scenario.', TEXT),
  account: described('Name of the account. Default: the first one of the provider.', TEXT),
}

export const WEBHOOK_MEMBERS: JsonObject = {
  url: described('Where it goes: $receiver, or any URL.', TEXT),
  fields: described("The provider's own fields.", { type: 'object' }),
  secret: described("Its secret. Default: a new one in the provider's format.", TEXT),
  ...TARGET,
}

export const WEBHOOK_NAME: JsonObject = described('Name of the webhook.', NAME)

export const EVENT_NAME: JsonObject = described('Name of the event, as a trigger gave it with `as`.', NAME)

export const HOW_MANY: JsonObject = described('How many: a number, or {min, max}.', COUNT_PATTERN)
