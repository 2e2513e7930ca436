import { formatDuration, readDuration } from '../core/duration.ts'
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import type { Delay } from './fault.ts'
import { A_DAY, DURATION, type Parameter, parameter, wrong } from './parameter.ts'

/** `2s`, `{min: 1s, max: 3s}` or `{median: 80ms, sigma: 0.4, max: 2s}`. */
export function delay(about: string, written: string): Parameter<Delay> {
  const fallback: Delay = { kind: 'fixed', ms: readDuration(written) ?? 0 }
  return parameter<Delay>(about, DELAY, written, fallback, (value) => {
    const read = readDelay(value)
    if (read === undefined) return wrong(value, NO_DELAY)
    return longestOf(read) > A_DAY ? wrong(value, `is longer than ${formatDuration(A_DAY)}`) : read
  })
}

function longestOf(delay: Delay): number {
  if (delay.kind === 'fixed') return delay.ms
  return delay.kind === 'uniform' ? delay.max : Math.max(delay.median, delay.max ?? 0)
}

const DELAY: JsonObject = {
  anyOf: [
    DURATION,
    {
      type: 'object',
      additionalProperties: false,
      required: ['min', 'max'],
      properties: { min: DURATION, max: DURATION },
    },
    {
      type: 'object',
      additionalProperties: false,
      required: ['median'],
      properties: { median: DURATION, sigma: { type: 'number', minimum: 0 }, max: DURATION },
    },
  ],
}
const NO_DELAY = 'is neither a duration, nor {min, max}, nor {median, sigma, max}'
const DEFAULT_SIGMA = 0.4

function readDelay(value: Json): Delay | undefined {
  if (typeof value === 'string' || value === 0) {
    const ms = readDuration(String(value))
    return ms === undefined ? undefined : { kind: 'fixed', ms }
  }
  if (!isJsonObject(value)) return undefined
  const { min, max, median, sigma = DEFAULT_SIGMA, ...others } = value
  if (Object.keys(others).length > 0) return undefined
  const [low, high, middle] = [min, max, median].map((one) =>
    typeof one === 'string' || one === 0 ? readDuration(String(one)) : undefined,
  )
  if (
    middle !== undefined &&
    typeof sigma === 'number' &&
    sigma >= 0 &&
    (max === undefined || high !== undefined)
  )
    return min === undefined ? { kind: 'lognormal', median: middle, sigma, max: high ?? null } : undefined
  if (median !== undefined || low === undefined || high === undefined || low > high) return undefined
  return { kind: 'uniform', min: low, max: high }
}
