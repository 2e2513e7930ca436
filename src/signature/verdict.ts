import type { HeaderLines } from '../core/attempt.ts'
import type { Instant } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
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
