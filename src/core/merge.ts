import { isJsonObject, type Json } from './json.ts'

/**
 * `patch` over `base`, objects merged member by member and everything else replaced: RFC 7396, but null stays null,
 * since an event's field may well be null.
 */
export function merge(base: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch
  const members = new Map(isJsonObject(base) ? Object.entries(base) : [])
  for (const [key, value] of Object.entries(patch)) members.set(key, merge(members.get(key), value))
  return Object.fromEntries(members)
}

/** `base` with `value` at a place; objects on the way are made where they are missing. */
export function setAt(base: Json | undefined, steps: readonly string[], value: Json): Json {
  const [step, ...rest] = steps
  if (step === undefined) return value
  const members = new Map(isJsonObject(base) ? Object.entries(base) : [])
  members.set(step, setAt(members.get(step), rest, value))
  return Object.fromEntries(members)
}

/** `base` without what stands at a place; unchanged where nothing does. */
export function withoutAt(base: Json, [step, ...rest]: readonly string[]): Json {
  if (step === undefined || !isJsonObject(base)) return base
  const members = Object.entries(base)
  if (rest.length === 0) return Object.fromEntries(members.filter(([key]) => key !== step))
  return Object.fromEntries(
    members.map(([key, value]) => [key, key === step ? withoutAt(value, rest) : value]),
  )
}
