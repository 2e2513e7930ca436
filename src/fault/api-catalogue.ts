import type { Json } from '../core/json.ts'
import type { ActionOf, FaultDefinition, Parameters, ValuesOf } from './definition.ts'
import {
  A_CENTURY,
  A_DAY,
  type Delay,
  delay,
  duration,
  headers,
  integer,
  json,
  oneOf,
  optional,
  parameter,
} from './parameters.ts'

/** `before`: the operation is not performed; `after`: it is, and only its answer is lost. */
type Moment = 'before' | 'after'

/** What a fault makes of one API request. Milliseconds are of the wall clock unless noted otherwise. */
export type ApiEffect =
  | { readonly kind: 'delay'; readonly delay: Delay }
  /** An answer in the place of the provider's own; a body that is undefined is what its document declares. */
  | {
      readonly kind: 'answer'
      readonly when: Moment
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: Json | undefined
    }
  /** No answer: the connection stays open, is reset, or is closed after these bytes. */
  | {
      readonly kind: 'cut'
      readonly when: Moment
      readonly how: 'hang' | 'reset' | { readonly closeAfter: string }
    }
  | { readonly kind: 'spread'; readonly overMs: number }
  /** 429 with Retry-After for more than `limit` requests in a window of the mock's clock. */
  | { readonly kind: 'limit'; readonly limit: number; readonly perMs: number }

/** A fault of the provider's API towards the client. */
export interface ApiFault<P extends Parameters = Parameters> extends FaultDefinition<P> {
  apply(values: ValuesOf<P>): ApiEffect
}

/** A row of the catalogue: it does not compile unless it is complete. */
export function apiFault<P extends Parameters>(row: ApiFault<P>): ApiFault<P> {
  return row
}

const when = parameter(
  'before: nothing is done. after: it is done, and its answer is lost',
  oneOf<Moment>('before', 'after'),
  'before',
)

/** The head of an answer, then a chunk whose length is not a number: what parsers choke on. */
const MALFORMED =
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nnot-a-length\r\n{"broken":\r\n'

export const API_FAULTS = {
  status: apiFault({
    about: 'answers with this status, and nothing is done',
    parameters: {
      status: parameter('which status', integer(200, 599), 503),
      headers: parameter('more header lines', headers, {}, 'none'),
      body: optional('the body', json, 'what the provider says with this status'),
      when,
    },
    main: 'status',
    apply: ({ status, headers, body, when }) => ({ kind: 'answer', status, headers, body, when }),
  }),
  latency: apiFault({
    about: 'answers later',
    parameters: {
      delay: parameter('how much later, or a distribution: {min, max}, {median, sigma, max}', delay, '2s'),
    },
    main: 'delay',
    apply: ({ delay }) => ({ kind: 'delay', delay }),
  }),
  timeout: apiFault({
    about: 'never answers',
    parameters: { when },
    apply: ({ when }) => ({ kind: 'cut', when, how: 'hang' }),
  }),
  reset: apiFault({
    about: 'cuts the connection with a TCP reset',
    parameters: { when },
    apply: ({ when }) => ({ kind: 'cut', when, how: 'reset' }),
  }),
  empty: apiFault({
    about: 'closes the connection without a byte of an answer',
    parameters: { when },
    apply: ({ when }) => ({ kind: 'cut', when, how: { closeAfter: '' } }),
  }),
  malformed: apiFault({
    about: 'answers with the head of an HTTP answer and then with an invalid body',
    parameters: { when },
    apply: ({ when }) => ({ kind: 'cut', when, how: { closeAfter: MALFORMED } }),
  }),
  dribble: apiFault({
    about: "spreads the answer's bytes over time",
    parameters: {
      over: parameter('how long it takes from the first byte to the last', duration(A_DAY), '3s'),
    },
    main: 'over',
    apply: ({ over }) => ({ kind: 'spread', overMs: over }),
  }),
  'rate-limit': apiFault({
    about: 'answers 429 with Retry-After to more requests than that',
    parameters: {
      limit: parameter('how many requests are answered in a window', integer(0, 1_000_000), 5),
      per: parameter('how long a window is', duration(A_CENTURY), '10s'),
    },
    apply: ({ limit, per }) => ({ kind: 'limit', limit, perMs: per }),
  }),
}

export type ApiAction = ActionOf<typeof API_FAULTS>

const rows: { readonly [N in ApiAction['name']]: ApiFault } = API_FAULTS

export function apiEffect(action: ApiAction): ApiEffect {
  return rows[action.name].apply(action)
}
