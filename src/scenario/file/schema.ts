import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { PLANES } from '../../fault/catalogue.ts'
import { actionSchema, faultSchema } from '../../fault/schema.ts'
import { ANSWER_EXPECTATION } from '../expectations/answer.ts'
import { CODE_PATTERN } from '../expectations/delivery.ts'
import { EXEC_EXPECTATION } from '../expectations/exec.ts'
import { EXPECTATION_SCHEMAS } from '../expectations/index.ts'
import { ANSWERED_PATTERN } from '../expectations/requests.ts'
import { BARE_STEPS, STEP_KINDS, stepSchema } from '../steps/index.ts'
import {
  COMMAND,
  COUNT_PATTERN,
  DURATION,
  described,
  HEADERS,
  NAME,
  NUMBER_PATTERN,
  object,
  STATUS_PATTERN,
  TEXT,
  WEBHOOK_MEMBERS,
} from './schema-parts.ts'

const ANSWERS: JsonObject = described(
  'Answers in turn, the last one repeats: 503, timeout, slow:2s, 429:5s, 200 …',
  {
    anyOf: [
      TEXT,
      { type: 'integer' },
      { type: 'array', minItems: 1, items: { type: ['string', 'integer'] } },
    ],
  },
)

/** The JSON Schema of a scenario file with this schema of its steps. */
export function scenarioObject(steps: JsonObject): JsonObject {
  return object(
    'A scenario: webhooks, faults, steps, expectations.',
    {
      $schema: TEXT,
      version: described('Of this format.', { title: '1, the only version of this format', const: 1 }),
      name: described('What happens, in one line.', TEXT),
      description: described('More about it.', TEXT),
      provider: described('Id of the provider.', TEXT),
      providers: described('Ids of several; the first one is the default of what names none.', {
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: TEXT,
      }),
      clock: described(
        'virtual stands still until advanced (default), real runs, x60 runs sixty times as fast.',
        {
          title: 'real, virtual, or a factor such as x60',
          type: 'string',
          pattern: '^(real|virtual|x(?!0+(\\.0+)?$)\\d{1,6}(\\.\\d{1,6})?)$',
        },
      ),
      attemptTimeout: described(
        "How long an attempt waits, in place of the provider's time-out. Default: that, but 1s at most where the clock is not real.",
        DURATION,
      ),
      seed: described(
        'Ids and random choices are the same for the same seed. Default: another one each time.',
        { type: ['integer', 'string'] },
      ),
      vars: described('Variables, for $name; `run --set name=value` overrides them.', {
        type: 'object',
        propertyNames: NAME,
      }),
      webhooks: described("Webhooks by name, registered before the steps through the provider's API.", {
        type: 'object',
        propertyNames: NAME,
        additionalProperties: object('A webhook.', WEBHOOK_MEMBERS, ['url']),
      }),
      receiver: object('The stand-in receiver; not used with `run --receiver`.', { respond: ANSWERS }),
      faults: object(
        'What goes wrong, by plane.',
        Object.fromEntries(
          PLANES.map((plane) => [plane, { type: 'array', items: faultSchema(plane) } as JsonObject]),
        ),
      ),
      steps: described('What happens, in order. Without any, the file is a standing situation.', {
        type: 'array',
        minItems: 1,
        items: steps,
      }),
    },
    ['version', 'name'],
  )
}

/** JSON Schema of scenario files, for editors and for programs that write them. */
export function scenarioSchema(): JsonObject {
  const steps = { anyOf: [{ enum: BARE_STEPS }, ...STEP_KINDS.map(stepSchema)] }
  return withDefinitions(
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'scenario.schema.json',
      title: 'hookproof scenario',
      ...scenarioObject(steps),
      anyOf: [{ required: ['provider'] }, { required: ['providers'] }],
    },
    {
      count: COUNT_PATTERN,
      number: NUMBER_PATTERN,
      status: STATUS_PATTERN,
      code: CODE_PATTERN,
      answered: ANSWERED_PATTERN,
      duration: DURATION,
      name: NAME,
      headers: HEADERS,
      command: COMMAND,
      answer: ANSWER_EXPECTATION,
      end: EXEC_EXPECTATION,
      ...EXPECTATION_SCHEMAS,
      ...Object.fromEntries(PLANES.map((plane) => [`${plane}Fault`, faultSchema(plane)])),
      ...Object.fromEntries(PLANES.map((plane) => [`${plane}Action`, actionSchema(plane)])),
      webhookFields: object('A webhook.', WEBHOOK_MEMBERS, ['url']),
    },
  )
}

/** Moves what occurs more than once to `$defs`, and refers to it, beside a description of its own. */
function withDefinitions(schema: JsonObject, definitions: Readonly<Record<string, JsonObject>>): JsonObject {
  const names = new Map(Object.entries(definitions).map(([name, one]) => [JSON.stringify(one), name]))
  const named = (value: Json): Json => {
    if (!isJsonObject(value)) return parts(value)
    const { description, ...rest } = value
    const whole = names.get(JSON.stringify(value))
    if (whole !== undefined) return { $ref: `#/$defs/${whole}` }
    const name = description === undefined ? undefined : names.get(JSON.stringify(rest))
    return name === undefined ? parts(value) : { description: description ?? '', $ref: `#/$defs/${name}` }
  }
  const parts = (value: Json): Json => {
    if (Array.isArray(value)) return (value as readonly Json[]).map(named)
    if (!isJsonObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, named(one)]))
  }
  const $defs = Object.fromEntries(Object.entries(definitions).map(([name, one]) => [name, parts(one)]))
  return { ...(parts(schema) as JsonObject), $defs }
}
