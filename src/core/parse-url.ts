/** Null where it is no URL: `URL.parse`, which not every Node that we run on has. */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}
