import type { IdFormat } from './vocabulary.ts'

export const FAILURE_CLASSES = [
  'connect',
  'dns',
  'tls',
  'timeout',
  '1xx',
  '3xx',
  '4xx',
  '429',
  '5xx',
] as const
/** `4xx` includes 429; `408`, `429` and the like name one status. */
export type FailureClass = (typeof FAILURE_CLASSES)[number] | `${number}`

export type ScheduleKeyword =
  /** Delays after the end of the attempt before, in order. */
  | {
      readonly delays: readonly string[]
      readonly then?: 'stop' | 'repeat-last'
      readonly attempts?: number
      readonly window?: string
    }
  /** `base · factor^n`, never more than `cap`. */
  | {
      readonly base: string
      readonly factor: number
      readonly cap?: string
      readonly attempts?: number
      readonly window?: string
    }

export type JitterKeyword =
  | 'none'
  | 'full'
  /** ± this share of the delay. */
  | { readonly plusMinus: number }
  /** Added: this share of the delay, at least and at most so much. */
  | { readonly add: number; readonly min?: string; readonly max?: string }

/** `x-mock-delivery`, at the root. */
export interface DeliveryKeyword {
  readonly eventId: IdFormat
  readonly attemptId: IdFormat
  /** Sent with every delivery, beside those that the webhook operation declares. */
  readonly headers?: Readonly<Record<string, string>>
  /** Of the whole exchange. Default 10s. */
  readonly timeout?: string
  /** Statuses that count as success. Default `2xx`. */
  readonly success?: readonly string[]
  readonly schedule: ScheduleKeyword
  /** Default: every failure. */
  readonly retryOn?: readonly FailureClass[]
  readonly jitter?: JitterKeyword
  readonly retryAfter?: 'ignore' | 'honour' | { readonly clamp: string }
  /** Whether a webhook's later deliveries wait for its earlier ones. Default false. */
  readonly inOrder?: boolean
  /** What makes the provider switch a webhook off by itself. */
  readonly disable?: {
    readonly after?: number
    readonly window?: string
    readonly statuses?: readonly number[]
    readonly how?: 'disable' | 'delete'
  }
  /** Schedules by environment (`sandbox`, `live`); the first is used unless told otherwise. */
  readonly variants?: Readonly<Record<string, Partial<Omit<DeliveryKeyword, 'variants'>>>>
}
