import type { AttemptRequest } from '../core/attempt.ts'

/** Where a request really went, if that is not the registered URL; a URL is the same however it is written. */
export function otherTarget({ url, sentTo }: Pick<AttemptRequest, 'url' | 'sentTo'>): string | null {
  if (sentTo === null || sentTo === url) return null
  const isSame = URL.canParse(url) && URL.canParse(sentTo) && new URL(url).href === new URL(sentTo).href
  return isSame ? null : sentTo
}
