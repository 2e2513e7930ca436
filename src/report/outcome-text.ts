import type { Outcome } from '../core/attempt.ts'
import type { Tone } from './style.ts'

export function outcomeTone(outcome: Outcome): Tone {
  if (outcome.kind !== 'responded') return 'bad'
  return statusTone(outcome.status)
}

export function statusTone(status: number): Tone {
  if (status < 300) return 'good'
  return status < 500 ? 'warn' : 'bad'
}

/** `blocked: example.be is not loopback; add --allow-host example.be`. */
export function blockedText(outcome: { readonly error: string; readonly hint: string }): string {
  return outcome.hint === '' ? `blocked: ${outcome.error}` : `blocked: ${outcome.error}; ${outcome.hint}`
}
