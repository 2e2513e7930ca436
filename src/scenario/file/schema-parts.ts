import type { JsonObject } from '../../core/json.ts'
import type { OutcomeKind } from '../../core/model.ts'
import { CUTS } from '../expectations/others.ts'
/** The pieces that the schema of a scenario file is made of. */

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

/** The words that stand for an attempt without an answer. */
const OUTCOME_WORDS: readonly (Exclude<OutcomeKind, 'responded'> | 'in-flight')[] = [
  'timed-out',
  'connection-failed',
  'tls-failed',
  'interrupted',
  'blocked',
  'in-flight',
]

export const TEXT: JsonObject = { type: 'string', minLength: 1 }

export const ANYTHING: JsonObject = {}

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

export const COMMAND: JsonObject = {
  anyOf: [TEXT, { type: 'array', minItems: 1, items: { type: 'string' } }],
}

/** Numbers, texts, `/patterns/`, `{min, max}`, and objects with at least these members. */
export const PATTERN: JsonObject = {}

const EXPRESSION: JsonObject = { title: 'a /pattern/', type: 'string', pattern: '^/.+/[imsu]*$' }

const REFERENCE: JsonObject = { title: 'a $name', type: 'string', pattern: '^\\$' }

const RANGE: JsonObject = {
  title: '{min, max}',
  type: 'object',
  additionalProperties: false,
  properties: { min: { type: 'number' }, max: { type: 'number' } },
}

const WHOLE: JsonObject = { title: 'a number', type: 'integer' }

const STATUS: JsonObject = { title: 'a status', type: 'integer', minimum: 0, maximum: 599 }

const STATUS_CLASS: JsonObject = { title: 'a class such as 2xx', type: 'string', pattern: '^[1-5]xx$' }

/** How many: never less than none. */
export const COUNT_PATTERN: JsonObject = {
  anyOf: [
    { title: 'a number from 0 on', type: 'integer', minimum: 0 },
    {
      ...RANGE,
      properties: { min: { type: 'number', minimum: 0 }, max: { type: 'number', minimum: 0 } },
    },
    REFERENCE,
    EXPRESSION,
  ],
}

/** An exit code. */
export const NUMBER_PATTERN: JsonObject = { anyOf: [WHOLE, RANGE, REFERENCE, EXPRESSION] }

export const STATUS_PATTERN: JsonObject = { anyOf: [STATUS, STATUS_CLASS, RANGE, REFERENCE, EXPRESSION] }

/** One of some words, or what can stand for it. */
export function wordPattern(words: readonly string[], ...others: readonly JsonObject[]): JsonObject {
  return { anyOf: [{ enum: words }, ...others, REFERENCE, EXPRESSION] }
}

/** What an attempt came to. */
export const CODE_PATTERN = wordPattern(OUTCOME_WORDS, STATUS, STATUS_CLASS, RANGE)

/** What a request was answered, or the fault that cut it off. */
export const ANSWERED_PATTERN = wordPattern(CUTS, STATUS, STATUS_CLASS, RANGE)

export const TARGET: JsonObject = {
  provider: described('Id of the provider. Default: the first one of the scenario.', TEXT),
  account: described('Name of the account. Default: the first one of the provider.', TEXT),
}

export const ANSWER_EXPECTATION = object('What the answer is to be.', {
  status: described('A status, a class such as 2xx, or {min, max}.', STATUS_PATTERN),
  headers: described('Header lines that it has; each may be a /pattern/.', {
    type: 'object',
    additionalProperties: PATTERN,
  }),
  body: described('What the body is, or has at least.', PATTERN),
  error: described('Why there is no answer: the text, or a /pattern/.', PATTERN),
})

export const EXEC_EXPECTATION = object('What the command is to do. Default: exit with 0.', {
  exit: described('Its exit code.', NUMBER_PATTERN),
  stdout: described('What it prints: the text, or a /pattern/.', PATTERN),
  stderr: described('What it prints on stderr.', PATTERN),
})

export const WEBHOOK_MEMBERS: JsonObject = {
  url: described('Where it goes: $receiver, or any URL.', TEXT),
  fields: described("The provider's own fields.", { type: 'object' }),
  secret: described("Its secret. Default: the provider's own making.", TEXT),
  ...TARGET,
}
