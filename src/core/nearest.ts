import { closest, distance } from 'fastest-levenshtein'

/** The known word that a mistyped one most likely means, or undefined when none is near. */
export function nearest(
  word: string,
  known: readonly string[],
  limit = Math.max(2, Math.floor(word.length / 3)),
): string | undefined {
  if (known.length === 0) return undefined
  const best = closest(
    word.toLowerCase(),
    known.map((candidate) => candidate.toLowerCase()),
  )
  if (distance(word.toLowerCase(), best) > limit) return undefined
  return known.find((candidate) => candidate.toLowerCase() === best)
}

/** `Did you mean "x"?`, or the known words when nothing is near. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known) ?? begun(word, known)
  return near === undefined ? `Known are: ${[...known].sort().join(', ')}.` : `Did you mean "${near}"?`
}

/** The only known word that begins so, and of which that is the greater part. */
function begun(word: string, known: readonly string[]): string | undefined {
  const longer = known.filter((one) => one.toLowerCase().startsWith(word.toLowerCase()))
  return longer.length === 1 && word.length * 2 > (longer[0]?.length ?? 0) ? longer[0] : undefined
}
