import type { Attempt, Outcome } from '../../core/attempt.ts'
import type { Event } from '../../core/event.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { AttemptView, OutcomeView } from './view-shapes.ts'

export function attemptView(attempt: Attempt, event: Pick<Event, 'body'>): AttemptView {
  const { id, providerId, number, sequence, request, signature, outcome, durationMs, faults } = attempt
  const { method, url, sentTo, headers } = request
  const body = request.body ?? event.body
  return {
    id,
    providerId,
    number,
    sequence,
    sentAt: isoTime(attempt.sentAt),
    signedAt: isoTime(attempt.signedAt),
    request: { method, url, sentTo, headers, body: body.text, bodyEncoding: body.encoding },
    signature,
    outcome: outcome === null ? null : outcomeView(outcome),
    durationMs,
    faults,
  }
}

const NOTHING: Omit<OutcomeView, 'kind'> = {
  status: null,
  headers: [],
  body: null,
  bodyEncoding: null,
  truncated: false,
  error: null,
  code: null,
  hint: null,
}

function outcomeView(outcome: Outcome): OutcomeView {
  const { kind } = outcome
  if (outcome.kind === 'responded') {
    const { status, headers, body, truncated } = outcome
    return { kind, ...NOTHING, status, headers, body: body.text, bodyEncoding: body.encoding, truncated }
  }
  const code = 'code' in outcome && outcome.code !== '' ? outcome.code : null
  return { kind, ...NOTHING, error: outcome.error, code, hint: 'hint' in outcome ? outcome.hint : null }
}
