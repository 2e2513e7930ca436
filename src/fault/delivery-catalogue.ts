import { FIRST_INSTANT } from '../core/clock.ts'
import { sameHeader } from '../core/headers.ts'
import type { HeaderLines } from '../core/model.ts'
import { altered, padded, rewritten, withMembers, withType } from './change-body.ts'
import type { ActionOf } from './definition.ts'
import { type DeliveryFault, deliveryFault, PHASES, type Wait } from './delivery-fault.ts'
import {
  A_CENTURY,
  A_DAY,
  duration,
  headerText,
  integer,
  object,
  oneOf,
  optional,
  parameter,
  share,
  size,
  text,
} from './parameters.ts'

/** Each attempt holds a copy of a larger body in memory for as long as it is logged. */
/** Of a body, whoever sends it or receives it. */
export const MAX_BYTES = 64 * 1024 * 1024

/** Every fault of the delivery plane. Within a phase they are applied in this order. */
export const DELIVERY_FAULTS = {
  drop: deliveryFault({
    about: 'is lost on its way: nothing is sent',
    parameters: {},
    phase: 'transport',
    apply: () => ({ dropped: true }),
  }),
  delay: deliveryFault({
    about: 'is sent later',
    parameters: { by: parameter("how much later, by the mock's clock", duration(A_CENTURY), '10s') },
    main: 'by',
    phase: 'schedule',
    apply: ({ by }) => ({ kind: 'time', ms: by }),
  }),
  duplicate: deliveryFault({
    about: 'is sent more than once, byte for byte, as one attempt',
    parameters: {
      copies: parameter('how many times in all', integer(2, 100), 2),
      at: parameter('whether one after the other, or all at once', oneOf('in-turn', 'once'), 'in-turn'),
    },
    main: 'copies',
    phase: 'transport',
    apply: ({ copies, at }) => ({ copies, at }),
  }),
  reorder: deliveryFault({
    about: 'is held back until later ones have been sent',
    parameters: { behind: parameter('how many later deliveries to the webhook', integer(1, 1_000), 1) },
    main: 'behind',
    phase: 'schedule',
    apply: ({ behind }) => ({ kind: 'overtaken', by: behind }),
  }),
  'wrong-secret': deliveryFault({
    about: 'is signed with another secret',
    parameters: { secret: optional('the other secret', text, 'a fresh one of the same form') },
    main: 'secret',
    phase: 'signing',
    apply: ({ secret }, signing, newSecret) => ({
      ...signing,
      secrets: signing.secrets.map((own) => secret ?? newSecret(own)),
    }),
  }),
  'stale-timestamp': deliveryFault({
    about: 'is signed as of long ago',
    parameters: { by: parameter('how long ago', duration(A_CENTURY), '10m') },
    main: 'by',
    phase: 'signing',
    // Headers that state the time are as old as the signature, as in a request that is replayed.
    apply: ({ by }, signing) => ({
      ...signing,
      signedAt: Math.max(signing.signedAt - by, FIRST_INSTANT),
      sentAt: Math.max(signing.sentAt - by, FIRST_INSTANT),
    }),
  }),
  'bad-signature': deliveryFault({
    about: 'carries an invalid signature',
    parameters: {},
    phase: 'signing',
    apply: (_, signing, newSecret) =>
      signing.isSigned
        ? { ...signing, corrupt: true }
        : { ...signing, secrets: signing.secrets.map(newSecret) },
  }),
  'missing-signature': deliveryFault({
    about: 'carries no signature',
    parameters: {},
    phase: 'signed',
    apply: (_, request) => ({ ...request, ...request.unsigned, signature: null }),
  }),
  'alter-after-signing': deliveryFault({
    about: 'has another body than the one that was signed',
    parameters: {
      set: parameter(
        'members that take the place of its own',
        object,
        { altered: true },
        'one more member, altered',
      ),
    },
    main: 'set',
    phase: 'signed',
    apply: ({ set }, request) => ({ ...request, body: altered(request.body, set) }),
  }),
  truncate: deliveryFault({
    about: 'ends before its Content-Length says',
    parameters: { at: parameter('the share of the body that is sent', share, 0.5) },
    main: 'at',
    phase: 'transport',
    apply: ({ at }) => ({ cut: { how: 'end', at } }),
  }),
  'reset-mid-body': deliveryFault({
    about: 'is cut with a TCP reset within its body',
    parameters: { at: parameter('the share of the body that is sent', share, 0.5) },
    main: 'at',
    phase: 'transport',
    apply: ({ at }) => ({ cut: { how: 'reset', at } }),
  }),
  'slow-body': deliveryFault({
    about: "spreads its body's bytes over time",
    parameters: {
      over: parameter('how long it takes from the first byte to the last', duration(A_DAY), '3s'),
    },
    main: 'over',
    phase: 'transport',
    apply: ({ over }) => ({ overMs: over }),
  }),
  'wrong-content-type': deliveryFault({
    about: 'states another media type than that of its body',
    parameters: { type: parameter('the media type', headerText, 'text/plain') },
    main: 'type',
    phase: 'signed',
    apply: ({ type }, request) => ({
      ...request,
      headers: withContentType(request.headers, type),
      unsigned: { ...request.unsigned, headers: withContentType(request.unsigned.headers, type) },
    }),
  }),
  'unknown-event-type': deliveryFault({
    about: 'is of an unknown event type, and signed as such',
    parameters: { type: parameter('the type', text, 'unknown.event') },
    main: 'type',
    phase: 'payload',
    apply: ({ type }, payload) => ({
      ...payload,
      type,
      body: withType(payload.body, payload.type, type, payload.typePaths),
    }),
  }),
  'extra-fields': deliveryFault({
    about: 'has members that its contract does not know, and is signed with them',
    parameters: {
      fields: parameter('the members', object, { undeclared: true }, '{undeclared: true}'),
    },
    main: 'fields',
    phase: 'payload',
    apply: ({ fields }, payload) => ({ ...payload, body: withMembers(payload.body, fields) }),
  }),
  'huge-body': deliveryFault({
    about: 'is padded to that size, and signed so',
    parameters: { size: parameter('how large, at most 64mb', size(MAX_BYTES), '5mb') },
    main: 'size',
    phase: 'payload',
    apply: ({ size }, payload) => ({ ...payload, body: padded(payload.body, size) }),
  }),
  reserialise: deliveryFault({
    about: 'says the same in other bytes than those that were signed',
    parameters: {},
    phase: 'signed',
    apply: (_, request) => ({ ...request, body: rewritten(request.body) }),
  }),
}

export type DeliveryAction = ActionOf<typeof DELIVERY_FAULTS>

/** The row of each action: its phase, and how it is applied there. */
export const deliveryFaults: { readonly [N in DeliveryAction['name']]: DeliveryFault } = DELIVERY_FAULTS

/** When a fault has its delivery sent; null where it is not about that. */
export function waitOf(action: DeliveryAction): Wait | null {
  const fault = deliveryFaults[action.name]
  return fault.phase === 'schedule' ? fault.apply(action) : null
}

const ORDER = Object.entries(deliveryFaults)
  .toSorted(([, one], [, other]) => PHASES.indexOf(one.phase) - PHASES.indexOf(other.phase))
  .map(([name]) => name)

/** The order in which faults are applied to one delivery, whatever the order in which they were added. */
export function inOrder(actions: readonly DeliveryAction[]): readonly DeliveryAction[] {
  return actions.toSorted((one, other) => ORDER.indexOf(one.name) - ORDER.indexOf(other.name))
}

function withContentType(headers: HeaderLines, type: string): HeaderLines {
  return headers.map(([name, value]) => [name, sameHeader(name, 'Content-Type') ? type : value])
}
