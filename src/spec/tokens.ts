/** `{token}` in a text; other braces are text. */
const TOKEN = /\{([A-Za-z_][\w.:-]*)\}/g

/** The tokens of a text that are not among those known, in order. */
export function unknownTokens(text: string, known: readonly string[]): readonly string[] {
  return [...text.matchAll(TOKEN)]
    .map((match) => match[1] as string)
    .filter((token) => !known.includes(token))
}
