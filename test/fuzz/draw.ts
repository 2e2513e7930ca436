/** Choices that a seed repeats. */
export interface Draw {
  /** In [0, 1). */
  fraction(): number
  /** An integer in [0, limit). */
  below(limit: number): number
  chance(probability: number): boolean
  oneOf<T>(choices: readonly T[]): T
  /** Mostly small, now and then as large as `limit`. */
  size(limit: number): number
}

/** Mulberry32, from a hash (FNV-1a) of the name: the same choices for the same name. */
export function drawFor(name: string): Draw {
  let state = 0x811c9dc5
  for (let i = 0; i < name.length; i++) state = Math.imul(state ^ name.charCodeAt(i), 0x01000193)
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number) => Math.floor(fraction() * limit)
  return {
    fraction,
    below,
    chance: (probability) => fraction() < probability,
    oneOf(choices) {
      const chosen = choices[below(choices.length)]
      if (chosen === undefined && choices.length === 0) throw new Error('nothing to choose from')
      return chosen as (typeof choices)[number]
    },
    size: (limit) => Math.max(1, Math.floor(limit ** (fraction() ** 2))),
  }
}
