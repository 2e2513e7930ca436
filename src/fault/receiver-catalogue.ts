import { headerOf } from '../core/headers.ts'
import type { ActionOf, FaultDefinition, Parameters, ValuesOf } from './definition.ts'
import { A_DAY, duration, headers, headerText, integer, optional, parameter, text } from './parameters.ts'

/** What the stand-in receiver does with one delivery. */
export type ReceiverAnswer =
  | {
      readonly kind: 'respond'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
      /** Milliseconds until it answers. */
      readonly afterMs: number
    }
  /** Takes the request and never answers. */
  | { readonly kind: 'timeout' }
  /** Cuts the connection with a TCP reset. */
  | { readonly kind: 'reset' }
  /** Closes the connection without a byte of an answer. */
  | { readonly kind: 'empty' }
  /** Answers with bytes that are not HTTP. */
  | { readonly kind: 'garbage' }

type Response = Extract<ReceiverAnswer, { readonly kind: 'respond' }>

/** An HTTP answer: without headers, without a body and at once, unless noted otherwise. */
export function respond(status: number, more: Partial<Omit<Response, 'kind' | 'status'>> = {}): Response {
  const { headers = {}, body = '', afterMs = 0 } = more
  return { kind: 'respond', status, headers, body, afterMs }
}

/** Another answer, or milliseconds by which the answer comes later. */
type ReceiverEffect =
  | { readonly answer: ReceiverAnswer; readonly afterMs?: never }
  | { readonly answer?: never; readonly afterMs: number }

/** A fault of the stand-in receiver towards the provider. */
export interface ReceiverFault<P extends Parameters = Parameters> extends FaultDefinition<P> {
  apply(values: ValuesOf<P>): ReceiverEffect
}

/** A row of the catalogue: it does not compile unless it is complete. */
export function receiverFault<P extends Parameters>(row: ReceiverFault<P>): ReceiverFault<P> {
  return row
}

export const RECEIVER_FAULTS = {
  status: receiverFault({
    about: 'answers with this status',
    parameters: {
      status: parameter('which status', integer(200, 599), 503),
      headers: parameter('header lines', headers, {}, 'none'),
      body: optional('the body', text, 'empty'),
    },
    main: 'status',
    apply: ({ status, headers, body = '' }) => ({
      answer: respond(status, { headers: withRetryAfter(status, headers), body }),
    }),
  }),
  timeout: receiverFault({
    about: 'never answers',
    parameters: {},
    apply: () => ({ answer: { kind: 'timeout' } }),
  }),
  slow: receiverFault({
    about: 'answers 200 later',
    parameters: { by: parameter('how much later', duration(A_DAY), '500ms') },
    main: 'by',
    apply: ({ by }) => ({ afterMs: by }),
  }),
  reset: receiverFault({
    about: 'cuts the connection with a TCP reset',
    parameters: {},
    apply: () => ({ answer: { kind: 'reset' } }),
  }),
  empty: receiverFault({
    about: 'closes the connection without a byte of an answer',
    parameters: {},
    apply: () => ({ answer: { kind: 'empty' } }),
  }),
  garbage: receiverFault({
    about: 'answers with bytes that are not HTTP',
    parameters: {},
    apply: () => ({ answer: { kind: 'garbage' } }),
  }),
  redirect: receiverFault({
    about: 'answers 302',
    parameters: { to: parameter('where to', headerText, '/redirected') },
    main: 'to',
    apply: ({ to }) => ({ answer: respond(302, { headers: { Location: to } }) }),
  }),
}

export type ReceiverAction = ActionOf<typeof RECEIVER_FAULTS>

const rows: { readonly [N in ReceiverAction['name']]: ReceiverFault } = RECEIVER_FAULTS

export function receiverEffect(action: ReceiverAction): ReceiverEffect {
  return rows[action.name].apply(action)
}

/** RFC 6585, section 4: a 429 may say how long to wait, and receivers that are asked to slow down do. */
function withRetryAfter(status: number, headers: Readonly<Record<string, string>>) {
  return status === 429 && headerOf(headers, 'Retry-After') === undefined
    ? { 'Retry-After': '1', ...headers }
    : headers
}
