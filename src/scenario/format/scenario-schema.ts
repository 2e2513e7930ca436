import type { JsonObject } from '../../core/json.ts'
import { PLANES } from '../../fault/fault.ts'
import { faultSchema } from '../../fault/fault-schema.ts'
import { described, NAME, object, TEXT, WEBHOOK_MEMBERS } from './schemas.ts'
import { BARE_STEPS, STEP_FORMS, stepSchema } from './step-forms.ts'

const ANSWERS: JsonObject = described(
  'Answers in turn, the last one repeats: 503, timeout, slow:2s, 429:5s, 200 …',
  {
    anyOf: [TEXT, { type: 'array', minItems: 1, items: { type: ['string', 'integer'] } }],
  },
)

/** The members of a scenario file, steps left open. */
export function outline(steps: JsonObject): JsonObject {
  return object(
    'A scenario: webhooks, faults, steps, expectations.',
    {
      $schema: TEXT,
      version: described('Of this format.', { const: 1 }),
      name: described('What happens, in one line.', TEXT),
      description: described('More about it.', TEXT),
      provider: described('Id of the provider.', NAME),
      providers: described('Ids of several; the first one is meant where a step names none.', {
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: NAME,
      }),
      clock: described(
        'virtual stands still until advanced (default), real runs, x60 runs sixty times as fast.',
        {
          title: 'real, virtual, or a factor such as x60',
          type: 'string',
          pattern: '^(real|virtual|x\\d+(\\.\\d+)?)$',
        },
      ),
      seed: described('Ids and chance are the same for the same seed. Default: another one each time.', {
        type: ['integer', 'string'],
      }),
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

/** JSON Schema of scenario files, for editors and for whoever writes them by program. */
export function scenarioSchema(): JsonObject {
  const steps = { anyOf: [{ enum: BARE_STEPS }, ...Object.keys(STEP_FORMS).map(stepSchema)] }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'scenario.schema.json',
    title: 'hookproof scenario',
    ...outline(steps),
    anyOf: [{ required: ['provider'] }, { required: ['providers'] }],
  }
}
