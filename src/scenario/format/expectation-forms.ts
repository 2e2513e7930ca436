import { DELIVERY_STATUSES } from '../../core/delivery.ts'
import type { JsonObject } from '../../core/json.ts'
import { WORDS } from '../../fault/words.ts'
import {
  ANSWER_EXPECTATION,
  ANSWERED_PATTERN,
  CODE_PATTERN,
  COUNT,
  COUNT_PATTERN,
  DURATION,
  described,
  NAME,
  object,
  PATTERN,
  TARGET,
  TEXT,
  wordPattern,
} from './schemas.ts'

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
        faults: described('Names of the faults that struck its attempts, in order.', {
          type: 'array',
          items: wordPattern(Object.keys(WORDS.delivery)),
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
