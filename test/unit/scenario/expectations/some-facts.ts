import type { AttemptView, DeliveryView, OutcomeView } from '../../../../src/api/views.ts'
import type { Answer, Arrival, Facts, SeenRequest } from '../../../../src/scenario/expectations/facts.ts'

export function someFacts(given: Partial<Facts> = {}): Facts {
  return {
    deliveries: [],
    arrivals: [],
    requests: [],
    violations: [],
    providers: [{ id: 'tsanet', name: 'tsanet', variant: null, operations: [] }],
    webhooks: [],
    skipped: new Map(),
    answer: () => undefined,
    events: (name) => [`evt_${name}`],
    webhook: (name) => `whk_${name}`,
    pace: 0,
    ...given,
  }
}

export const START = Date.parse('2026-06-05T09:00:00.000Z')

export interface GivenAttempt {
  /** Milliseconds from the start. */
  readonly at: number
  readonly code: number | OutcomeView['kind'] | null
  readonly tookMs?: number
  readonly faults?: readonly string[]
}

export function someAttempt(
  { at, code, tookMs = 0, faults = [] }: GivenAttempt,
  number: number,
): AttemptView {
  const sentAt = new Date(START + at).toISOString()
  const isStatus = typeof code === 'number'
  return {
    id: `att_${number}`,
    providerId: `${number}`,
    number,
    sequence: number,
    sentAt,
    signedAt: sentAt,
    request: {
      method: 'POST',
      url: 'http://127.0.0.1/',
      sentTo: null,
      headers: [],
      body: '{}',
      bodyEncoding: 'utf8',
    },
    signature: null,
    outcome:
      code === null
        ? null
        : {
            kind: isStatus ? 'responded' : code,
            status: isStatus ? code : null,
            headers: [],
            body: null,
            bodyEncoding: null,
            truncated: false,
            error: null,
            code: null,
            hint: null,
          },
    durationMs: tookMs,
    faults,
  }
}

export function someDelivery(
  given: Partial<Omit<DeliveryView, 'event' | 'webhook' | 'attempts'>> & {
    readonly event?: string
    readonly webhook?: string
    readonly attempts?: readonly GivenAttempt[]
  } = {},
): DeliveryView {
  const { event = 'note', webhook = 'app', attempts = [], ...rest } = given
  return {
    id: 'del_1',
    provider: 'tsanet',
    account: 'default',
    event: { id: `evt_${event}`, providerId: event, type: 'note.created' },
    webhook: { id: `whk_${webhook}`, providerId: '1', url: 'http://127.0.0.1/' },
    cause: 'event',
    status: 'succeeded',
    reason: null,
    attempts: attempts.map((one, i) => someAttempt(one, i + 1)),
    nextAttemptAt: null,
    resendOf: null,
    createdAt: new Date(START).toISOString(),
    settledAt: null,
    ...rest,
  }
}

export function someAnswer(given: Partial<Answer> = {}): Answer {
  return { status: 200, headers: {}, body: null, error: null, durationMs: 1, ...given }
}

export function someArrival(given: Partial<Arrival> = {}): Arrival {
  return {
    number: 1,
    event: 'evt_note',
    webhook: 'whk_app',
    headers: [],
    body: Buffer.from('{}'),
    verify: () => ({ signature: 'valid', explanation: null }),
    ...given,
  }
}

export function someRequest(given: Partial<SeenRequest> = {}): SeenRequest {
  return {
    id: 'req_1',
    at: START,
    provider: 'tsanet',
    account: 'default',
    operation: 'listWebhooks',
    method: 'GET',
    path: '/v1/webhooks',
    status: 200,
    durationMs: 1,
    violations: [],
    wall: START,
    ...given,
  }
}
