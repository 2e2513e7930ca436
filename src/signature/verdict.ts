import type { Instant } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import type { HeaderLines } from '../core/model.ts'
import { formatDuration, parseDuration } from '../core/units.ts'
import type { SignatureKeyword } from '../spec/vocabulary.ts'
/** Why a signature does not hold. */
export type VerifyFailure =
  | 'no-secret'
  | 'missing-header'
  | 'malformed-header'
  | 'stale-timestamp'
  | 'mismatch'

/** `likeliest` is a sentence for the person who has to find the cause. */
export type Verdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: VerifyFailure; readonly likeliest: string }

export interface VerifyInput {
  readonly schemes: readonly SignatureKeyword[]
  readonly headers: HeaderLines | Readonly<Record<string, string>>
  /** The bytes as they arrived. */
  readonly body: Uint8Array
  /** As it was registered with the provider. */
  readonly url: string
  readonly method: string
  /** Any of them may have signed. */
  readonly secrets: readonly string[]
  /** The wall clock. */
  readonly now: Instant
  /** For schemes that sign what no header of theirs repeats. */
  readonly event?: { readonly id: string; readonly type: string }
  /** The webhook's own fields, for HTTP Basic. */
  readonly fields?: JsonObject
}

/** One scheme's share of it, with the headers as lines. */
export type VerifyOne = Omit<VerifyInput, 'schemes' | 'headers'> & { readonly headers: HeaderLines }

export const VERIFIED: Verdict = { ok: true }

export function refused(reason: VerifyFailure, likeliest: string): Verdict {
  return { ok: false, reason, likeliest }
}

interface Tolerance {
  readonly tolerance?: string
  readonly direction?: 'past' | 'both'
}

/** Whether a timestamp is near enough to now; without a tolerance every one is. */
export function judgeAge(
  at: Instant,
  now: Instant,
  { tolerance, direction = 'both' }: Tolerance = {},
): Verdict {
  if (tolerance === undefined) return VERIFIED
  const limit = parseDuration(tolerance, 'the tolerance of a signature')
  const age = now - at
  if (age > limit)
    return refused('stale-timestamp', sentence(age, 'old', limit, 'or it was sent again later'))
  if (direction === 'both' && -age > limit)
    return refused('stale-timestamp', sentence(-age, 'ahead', limit, 'or its timestamp has another unit'))
  return VERIFIED
}

function sentence(age: number, word: string, limit: number, other: string): string {
  const far = formatDuration(Math.floor(age / 1000) * 1000)
  return `The signature is right, but its timestamp is ${far} ${word} and only ${formatDuration(limit)} are allowed: a clock is wrong, ${other}.`
}
