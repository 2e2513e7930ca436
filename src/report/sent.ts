import type { Body, HeaderLines, Outcome } from '../core/model.ts'
import { outcomeWord } from '../core/text.ts'
import { bodyLines } from './body.ts'
import { faultsText, indent, outcomeTone, type Style } from './terminal.ts'
/** One request that was sent without a mock, and what it was answered. */
export interface SentRequest {
  readonly event: { readonly type: string; readonly id: string }
  readonly method: string
  readonly url: string
  readonly headers: HeaderLines
  readonly body: Body
  readonly outcome: Outcome
  readonly durationMs: number
  /** What became of its further copies, where it was sent several times. */
  readonly others: readonly { readonly outcome: Outcome; readonly durationMs: number }[]
  /** What went wrong with it on purpose, by name. */
  readonly faults: readonly string[]
}

export function sentLines(
  { event, method, url, headers, body, outcome, durationMs, others, faults }: SentRequest,
  style: Style,
): string[] {
  return [
    `-->  ${style('strong', event.type)} ${style('quiet', `[${event.id}]`)}`,
    ...indent(
      [
        `${method} ${url}`,
        ...headers.map(([name, value]) => `${style('quiet', `${name}:`)} ${value}`),
        '',
        ...bodyLines(body, 20),
        ...(faults.length === 0 ? [] : ['', style('warn', faultsText(faults))]),
      ],
      '     ',
    ),
    ...answerLines({ outcome, durationMs }, others.length === 0 ? '' : ' copy 1', style),
    ...others.flatMap((other, i) => answerLines(other, ` copy ${i + 2}`, style)),
  ]
}

function answerLines(
  { outcome, durationMs }: Pick<SentRequest, 'outcome' | 'durationMs'>,
  which: string,
  style: Style,
): string[] {
  const code = style(outcomeTone(outcome), `[${outcomeWord(outcome)}]`)
  const answer = outcome.kind === 'responded' ? bodyLines(outcome.body, 20) : [outcome.error]
  return [
    `<--  ${code} ${style('quiet', `(${Math.round(durationMs)}ms)`)}${which}`,
    ...indent(answer, '     '),
  ]
}

export function sentJson({
  event,
  method,
  url,
  headers,
  body,
  outcome,
  durationMs,
  others,
  faults,
}: SentRequest): string {
  return JSON.stringify({
    event,
    request: { method, url, headers, body: body.text, bodyEncoding: body.encoding },
    outcome: outcomeFacts(outcome),
    durationMs: Math.round(durationMs),
    copies: others.map((other) => ({
      outcome: outcomeFacts(other.outcome),
      durationMs: Math.round(other.durationMs),
    })),
    faults,
  })
}

/** As the control API shows an outcome. */
function outcomeFacts(outcome: Outcome): object {
  if (outcome.kind !== 'responded') return outcome
  const { kind, status, headers, body, truncated } = outcome
  return { kind, status, headers, body: body.text, bodyEncoding: body.encoding, truncated }
}
