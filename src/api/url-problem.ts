import { parseUrl } from '../core/parse-url.ts'
import type { Provider } from '../spec/provider.ts'
import type { MockParts } from './parts.ts'
import { problem, type RequestProblem } from './problem.ts'

/** `https:///x` has no host; a browser's parser takes `x` for it, and so would we. */
const HAS_HOST = /^https?:\/\/[^/?#\\]/i

/**
 * Whether a provider would take a receiver's URL. Where it wants https, http is taken all the same for every host
 * that deliveries may go to, so that a receiver on this machine needs no certificate; `strictUrls` ends that.
 */
export function urlProblem(
  { resource }: Provider,
  url: string,
  { egress, settings }: Pick<MockParts, 'egress' | 'settings'>,
): RequestProblem | null {
  const place = `/${resource.url.field}`
  const parsed = HAS_HOST.test(url) ? parseUrl(url) : null
  if (parsed === null)
    return problem('schema', { place, keyword: 'format', value: url, reason: 'must be an http or https URL' })
  if (resource.url.https !== true || parsed.protocol === 'https:') return null
  if (!settings.strictUrls && egress.allows(parsed)) return null
  return problem('url-not-https', { place, value: url, reason: 'must be an https URL' })
}
