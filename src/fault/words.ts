import { delay } from './delay.ts'
import type { ApiAction, DeliveryAction, Plane, PlaneActions, ReceiverAction } from './fault.ts'
import { MOMENTS } from './fault.ts'
import {
  A_CENTURY,
  A_DAY,
  anything,
  count,
  duration,
  headers,
  headerText,
  object,
  oneOf,
  optionalText,
  share,
  size,
  text,
} from './parameter.ts'
import { type Word, word } from './word.ts'

const MOST_COPIES = 100
/** Of what is larger, each attempt would hold a copy in memory for as long as it is logged. */
const MOST_BYTES = 64 * 1024 * 1024
const when = oneOf('before: nothing is done. after: it is done, and its answer is lost', MOMENTS, 'before')

const API: Readonly<Record<string, Word<ApiAction>>> = {
  status: word(
    'answers with this status, and nothing is done',
    {
      status: count('which status', 503, 200, 599),
      headers: headers('more header lines'),
      body: anything('the body', "what the provider's document declares for the status"),
      when,
    },
    (values): ApiAction => ({ name: 'status', ...values }),
    'status',
  ),
  latency: word(
    'answers later',
    { delay: delay('how much later, or a distribution: {min, max}, {median, sigma, max}', '2s') },
    (values): ApiAction => ({ name: 'latency', ...values }),
    'delay',
  ),
  timeout: word('never answers', { when }, (values): ApiAction => ({ name: 'timeout', ...values })),
  reset: word(
    'cuts the connection with a TCP reset',
    { when },
    (values): ApiAction => ({
      name: 'reset',
      ...values,
    }),
  ),
  empty: word(
    'closes the connection without a byte of an answer',
    { when },
    (values): ApiAction => ({
      name: 'empty',
      ...values,
    }),
  ),
  malformed: word(
    'answers with a head of HTTP and then with what is none',
    { when },
    (values): ApiAction => ({
      name: 'malformed',
      ...values,
    }),
  ),
  dribble: word(
    "spreads the answer's bytes over time",
    { over: duration('how long it takes from the first byte to the last', '3s', A_DAY) },
    ({ over }): ApiAction => ({ name: 'dribble', overMs: over }),
    'over',
  ),
  'rate-limit': word(
    'answers 429 with Retry-After to more requests than that',
    {
      limit: count('how many requests are answered in a window', 5, 0, 1_000_000),
      per: duration('how long a window is', '10s', A_CENTURY),
    },
    ({ limit, per }): ApiAction => ({ name: 'rate-limit', limit, perMs: per }),
  ),
}

const DELIVERY: Readonly<Record<string, Word<DeliveryAction>>> = {
  drop: word('is lost on its way: nothing is sent', {}, (): DeliveryAction => ({ name: 'drop' })),
  delay: word(
    'is sent later',
    { by: duration("how much later, by the mock's clock", '10s', A_CENTURY) },
    ({ by }): DeliveryAction => ({ name: 'delay', byMs: by }),
    'by',
  ),
  duplicate: word(
    'is sent more than once, byte for byte, as one attempt',
    {
      copies: count('how many times in all', 2, 2, MOST_COPIES),
      at: oneOf('whether one after the other, or all at once', ['in-turn', 'once'] as const, 'in-turn'),
    },
    (values): DeliveryAction => ({ name: 'duplicate', ...values }),
    'copies',
  ),
  reorder: word(
    'is held back until later ones have been sent',
    { behind: count('how many later deliveries to the webhook', 1, 1, 1_000) },
    (values): DeliveryAction => ({ name: 'reorder', ...values }),
    'behind',
  ),
  'bad-signature': word(
    'carries a signature that does not hold',
    {},
    (): DeliveryAction => ({
      name: 'bad-signature',
    }),
  ),
  'wrong-secret': word(
    'is signed with another secret',
    { secret: optionalText('the other secret', 'a fresh one of the same form') },
    (values): DeliveryAction => ({ name: 'wrong-secret', ...values }),
    'secret',
  ),
  'missing-signature': word(
    'carries no signature',
    {},
    (): DeliveryAction => ({ name: 'missing-signature' }),
  ),
  'stale-timestamp': word(
    'is signed as of long ago',
    { by: duration('how long ago', '10m', A_CENTURY) },
    ({ by }): DeliveryAction => ({ name: 'stale-timestamp', byMs: by }),
    'by',
  ),
  'alter-after-signing': word(
    'has another body than the one that was signed',
    { set: object('members that take the place of its own', 'one more member, hookproof_altered', null) },
    (values): DeliveryAction => ({ name: 'alter-after-signing', ...values }),
    'set',
  ),
  truncate: word(
    'ends before its Content-Length says',
    { at: share('the share of the body that is sent', 0.5) },
    (values): DeliveryAction => ({ name: 'truncate', ...values }),
    'at',
  ),
  'reset-mid-body': word(
    'is cut with a TCP reset within its body',
    { at: share('the share of the body that is sent', 0.5) },
    (values): DeliveryAction => ({ name: 'reset-mid-body', ...values }),
    'at',
  ),
  'slow-body': word(
    "spreads its body's bytes over time",
    { over: duration('how long it takes from the first byte to the last', '3s', A_DAY) },
    ({ over }): DeliveryAction => ({ name: 'slow-body', overMs: over }),
    'over',
  ),
  'wrong-content-type': word(
    'says that its body is something else',
    { type: headerText('the media type', 'text/plain') },
    (values): DeliveryAction => ({ name: 'wrong-content-type', ...values }),
    'type',
  ),
  'unknown-event-type': word(
    'is of a type that nobody knows, and signed so',
    { type: text('the type', 'hookproof.unknown') },
    (values): DeliveryAction => ({ name: 'unknown-event-type', ...values }),
    'type',
  ),
  'extra-fields': word(
    'has members that its contract does not know, and is signed so',
    { fields: object('the members', '{hookproof_extra: true}', { hookproof_extra: true }) },
    (values): DeliveryAction => ({ name: 'extra-fields', ...values }),
    'fields',
  ),
  'huge-body': word(
    'is padded to that size, and signed so',
    { size: size('how large, at most 64mb', '5mb', MOST_BYTES) },
    (values): DeliveryAction => ({ name: 'huge-body', bytes: values.size }),
    'size',
  ),
  reserialise: word(
    'says the same in other bytes than those that were signed',
    {},
    (): DeliveryAction => ({
      name: 'reserialise',
    }),
  ),
}

const RECEIVER: Readonly<Record<string, Word<ReceiverAction>>> = {
  status: word(
    'answers with this status',
    {
      status: count('which status', 503, 200, 599),
      headers: headers('header lines'),
      body: optionalText('the body', 'empty'),
    },
    ({ body, ...values }): ReceiverAction => ({ name: 'status', ...values, body: body ?? '' }),
    'status',
  ),
  timeout: word('never answers', {}, (): ReceiverAction => ({ name: 'timeout' })),
  slow: word(
    'answers 200 later',
    { by: duration('how much later', '500ms', A_DAY) },
    ({ by }): ReceiverAction => ({ name: 'slow', byMs: by }),
    'by',
  ),
  reset: word('cuts the connection with a TCP reset', {}, (): ReceiverAction => ({ name: 'reset' })),
  empty: word(
    'closes the connection without a byte of an answer',
    {},
    (): ReceiverAction => ({
      name: 'empty',
    }),
  ),
  garbage: word('answers with bytes that are not HTTP', {}, (): ReceiverAction => ({ name: 'garbage' })),
  redirect: word(
    'answers 302',
    { to: headerText('where to', '/redirected') },
    (values): ReceiverAction => ({ name: 'redirect', ...values }),
    'to',
  ),
}

/** Every fault of every plane, by its name. */
export const WORDS: { readonly [P in Plane]: Readonly<Record<string, Word<PlaneActions[P]>>> } = {
  api: API,
  delivery: DELIVERY,
  receiver: RECEIVER,
}
