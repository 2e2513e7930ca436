import type { Json, JsonObject } from '../../core/json.ts'
import { DELIVERY_STATUSES } from '../../core/model.ts'
import { FAULTS, PLANES } from '../../fault/catalogue.ts'
import { faultSchema } from '../../fault/schema.ts'
import {
  ANSWER_EXPECTATION,
  ANSWERED_PATTERN,
  ANYTHING,
  CODE_PATTERN,
  COMMAND,
  COUNT,
  COUNT_PATTERN,
  DURATION,
  described,
  EXEC_EXPECTATION,
  HEADERS,
  NAME,
  object,
  PATTERN,
  TARGET,
  TEXT,
  WEBHOOK_MEMBERS,
  wordPattern,
} from './schema-parts.ts'

const OF = described('Name of the event, as a trigger gave it with `as`.', NAME)

const TO = described('Name of the webhook.', NAME)

const HOW_MANY = described('How many: a number, or {min, max}.', COUNT_PATTERN)

/** What can be expected, by its word, with the schema of what is said about it. */
export const EXPECTATION_FORMS: Readonly<
  Record<string, { readonly about: string; readonly schema: JsonObject }>
> = {
  delivery: {
    about: 'what became of deliveries',
    schema: object(
      'Deliveries. Unless `count` says otherwise, there is at least one, and all of them are so.',
      {
        of: OF,
        to: TO,
        status: described(`One of ${DELIVERY_STATUSES.join(', ')}.`, wordPattern(DELIVERY_STATUSES)),
        attempts: described('How many attempts: a number, or {min, max}.', COUNT_PATTERN),
        delays: described('From the event to the first attempt, and from the end of each to the next.', {
          type: 'array',
          items: DURATION,
        }),
        codes: described('What each attempt came to: a status, timed-out, connection-failed …', {
          type: 'array',
          items: CODE_PATTERN,
        }),
        reason: described('Why it was cancelled, blocked or given up: the text, or a /pattern/.', PATTERN),
        faults: described('Names of the faults that were applied to its attempts, in order.', {
          type: 'array',
          items: wordPattern(Object.keys(FAULTS.delivery)),
        }),
        count: HOW_MANY,
      },
    ),
  },
  received: {
    about: 'what arrived at the stand-in receiver',
    schema: {
      anyOf: [
        COUNT,
        object('Requests that the stand-in receiver got.', {
          of: OF,
          to: TO,
          count: HOW_MANY,
          order: described('Names of events in the order in which they first arrived.', {
            type: 'array',
            minItems: 1,
            items: NAME,
          }),
          signature: described('What every signature is: valid, invalid or missing.', {
            enum: ['valid', 'invalid', 'missing'],
          }),
          secret: described(
            'The secret that it is to hold with. Default: any that the webhook has had.',
            TEXT,
          ),
          body: described('What every body is, or has at least.', PATTERN),
          headers: described('Header lines that every one has.', {
            type: 'object',
            additionalProperties: PATTERN,
          }),
        }),
      ],
    },
  },
  requests: {
    about: "what clients asked of the providers' APIs",
    schema: {
      anyOf: [
        COUNT,
        object('Requests of clients.', {
          operation: described('Id of the operation.', TEXT),
          status: described(
            'What every one was answered; 0: nothing; timeout, reset, empty or malformed: the fault that cut it off.',
            ANSWERED_PATTERN,
          ),
          statuses: described('The same of each, in order.', {
            type: 'array',
            items: ANSWERED_PATTERN,
          }),
          count: HOW_MANY,
          apart: described('Least real time between one and the next.', DURATION),
          ...TARGET,
        }),
      ],
    },
  },
  violations: {
    about: 'which contracts were broken',
    schema: {
      anyOf: [
        COUNT,
        object('Violations. Unless `count` says otherwise, there is none.', {
          by: described('Who broke it: client, receiver or mock.', { enum: ['client', 'receiver', 'mock'] }),
          rule: described('The rule that was broken.', PATTERN),
          count: HOW_MANY,
          ...TARGET,
        }),
      ],
    },
  },
  answer: {
    about: 'the answer of an earlier step',
    schema: {
      ...ANSWER_EXPECTATION,
      properties: {
        of: described('Name of the step, by its `as`.', NAME),
        ...(ANSWER_EXPECTATION.properties as JsonObject),
      },
      required: ['of'],
    },
  },
  webhook: {
    about: 'how a webhook stands with its provider',
    schema: object(
      'A webhook.',
      {
        name: TO,
        enabled: described('Whether the provider delivers to it.', { type: 'boolean' }),
        deleted: described('Whether it is gone.', { type: 'boolean' }),
      },
      ['name'],
    ),
  },
}

/** A kind of step: what it does, what is said about it, and which members may stand beside it. */
interface StepForm {
  readonly about: string
  readonly schema: JsonObject
  readonly example: Json
  /** `expect` and `capture` look at its own answer. */
  readonly answers: boolean
  readonly beside: JsonObject
}

const CAPTURE: JsonObject = described(
  'Variables out of the answer: a JSON pointer into its body, `status`, or `header/<name>`.',
  {
    type: 'object',
    propertyNames: NAME,
    additionalProperties: {
      title: 'status, header/<name>, or a JSON pointer such as /data/id',
      type: 'string',
      pattern: '^(status|header/.+|(/.*)?)$',
    },
  },
)

const ANSWERING: JsonObject = { expect: ANSWER_EXPECTATION, capture: CAPTURE }

function form(about: string, schema: JsonObject, example: Json, beside: JsonObject = {}): StepForm {
  return { about, schema, example, answers: beside === ANSWERING, beside }
}

const WEBHOOK_NAME = described('Name of the webhook.', NAME)

const expectations = Object.fromEntries(
  Object.entries(EXPECTATION_FORMS).map(([word, { schema }]) => [word, schema]),
)

/** Every step by its word, in the order of the documentation. */
export const STEP_FORMS: Readonly<Record<string, StepForm>> = {
  trigger: form(
    'something happens at the provider',
    {
      anyOf: [
        TEXT,
        object(
          'An event.',
          {
            event: described('Its type.', TEXT),
            payload: described("Merged over the type's sample (RFC 7396).", ANYTHING),
            id: described("Its id in the provider's format.", TEXT),
            raw: described('Also where the body breaks its contract.', { type: 'boolean' }),
            count: described('How many of them. Default: 1.', {
              type: 'integer',
              minimum: 1,
              maximum: 100_000,
            }),
            ...TARGET,
          },
          ['event'],
        ),
      ],
    },
    { event: 'note.created', payload: { noteToken: 'n-1' } },
  ),
  advance: form(
    'moves the virtual clock, making the attempts that fall due',
    { anyOf: [DURATION, { enum: ['next', 'settled'] }] },
    '6m10s',
  ),
  settle: form('waits until nothing is in flight or due', { anyOf: [{ type: 'null' }, DURATION] }, '5s'),
  wait: form(
    'waits, in real time, until an expectation holds',
    {
      ...object('One expectation, and how long at most.', {
        ...expectations,
        within: described('How long at most. Default: 10s.', DURATION),
      }),
      minProperties: 1,
    },
    { received: { count: 1 }, within: '5s' },
  ),
  expect: form(
    'holds what happened so far to an expectation',
    { ...object('One expectation.', expectations), minProperties: 1, maxProperties: 1 },
    { delivery: { status: 'succeeded', attempts: 3 } },
  ),
  call: form(
    "calls an operation of the provider's API as an account does",
    {
      anyOf: [
        TEXT,
        object(
          'A call.',
          {
            operation: described('Id of the operation.', TEXT),
            path: described('Path parameters by name.', { type: 'object' }),
            query: described('Query parameters by name.', { type: 'object' }),
            headers: described('More header lines.', HEADERS),
            body: described('Sent as JSON.', ANYTHING),
            timeout: described('How long at most. Default: 10s.', DURATION),
            anonymous: described('Without credentials.', { type: 'boolean' }),
            ...TARGET,
          },
          ['operation'],
        ),
      ],
    },
    { operation: 'listWebhooks' },
    ANSWERING,
  ),
  request: form(
    "makes any HTTP request, for instance to one's own program",
    object(
      'A request.',
      {
        url: described('Where to.', TEXT),
        method: described('Its method. Default: GET, or POST with a body.', TEXT),
        headers: described('Header lines.', HEADERS),
        body: described('A text as it is, anything else as JSON.', ANYTHING),
        timeout: described('How long at most. Default: 10s.', DURATION),
      },
      ['url'],
    ),
    { url: '$receiver.origin/orders', method: 'GET' },
    ANSWERING,
  ),
  exec: form(
    'runs a command, for instance the client that is under test',
    {
      anyOf: [
        TEXT,
        { type: 'array', minItems: 1, items: { type: 'string' } },
        object(
          'A command.',
          {
            command: described('Words, or one text for the shell.', COMMAND),
            env: described('More environment variables.', {
              type: 'object',
              additionalProperties: { type: ['string', 'number', 'boolean'] },
            }),
            cwd: described('Where it runs. Default: where hookproof does.', TEXT),
            timeout: described('How long at most. Default: 30s.', DURATION),
            background: described('Goes on beside the later steps, and ends with the scenario.', {
              type: 'boolean',
            }),
          },
          ['command'],
        ),
      ],
    },
    'node sync.js',
    { expect: EXEC_EXPECTATION },
  ),
  register: form(
    "registers one more webhook through the provider's API",
    object('A webhook.', { name: WEBHOOK_NAME, ...WEBHOOK_MEMBERS }, ['name', 'url']),
    { name: 'second', url: '$receiver' },
    ANSWERING,
  ),
  rotate: form('gives a webhook a new secret', WEBHOOK_NAME, 'app'),
  disable: form('switches a webhook off', WEBHOOK_NAME, 'app'),
  enable: form('switches a webhook on', WEBHOOK_NAME, 'app'),
  delete: form('deletes a webhook', WEBHOOK_NAME, 'app'),
  resend: form(
    'sends an old event again, as people do by hand',
    {
      anyOf: [
        NAME,
        object('An event.', { of: described('Name of the event.', NAME), to: WEBHOOK_NAME }, ['of']),
      ],
    },
    { of: 'note', to: 'app' },
  ),
  restart: form('kills the mock and starts it on the same state', { type: 'null' }, null),
  fault: form(
    'has something go wrong from now on',
    { anyOf: PLANES.map((plane) => faultSchema(plane, { named: true })) },
    { plane: 'delivery', do: 'duplicate' },
  ),
  clear: form('takes a fault away, by the `as` of its step, or `all`', TEXT, 'all'),
  observe: form(
    'looks at a URL or runs a command again and again until it is as expected',
    object(
      'What to look at.',
      {
        url: described('Asked with GET.', TEXT),
        command: described('Words, or one text for the shell.', COMMAND),
        expect: described('An answer for a URL; exit, stdout, stderr for a command.', {
          anyOf: [ANSWER_EXPECTATION, EXEC_EXPECTATION],
        }),
        within: described('How long at most. Default: 10s.', DURATION),
        every: described('How long between one look and the next. Default: 100ms.', DURATION),
      },
      ['expect'],
    ),
    { url: '$receiver.origin/orders', expect: { status: 200 }, within: '5s' },
  ),
}

/** Steps that need no more than their word: `- restart`. */
export const BARE_STEPS: readonly string[] = ['settle', 'restart']

const COMMON: JsonObject = {
  as: described('A name for what comes of it, for later steps.', NAME),
  title: described('Words of your own for the report.', TEXT),
}

/** The schema of one step with its word and what may stand beside it. */
export function stepSchema(word: string): JsonObject {
  const { about, schema, beside, example } = STEP_FORMS[word] as StepForm
  const said = { ...described(about, schema), examples: [example] }
  return object(about, { [word]: said, ...beside, ...COMMON }, [word])
}

/** Members that may stand beside a step's word, whatever the word. */
export const BESIDE: readonly string[] = ['expect', 'capture', ...Object.keys(COMMON)]
