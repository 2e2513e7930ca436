import { attemptTimeout } from '../delivery/attempt-timeout.ts'
import type { Provider } from '../spec/provider.ts'
import { type MockParts, problem, type RequestProblem } from './context.ts'

/** `https:///x` has no host, but the URL parser, as in browsers, would take `x` for it. */
const HAS_HOST = /^https?:\/\/[^/?#\\]/i

/**
 * Why a provider would refuse a receiver's URL; null: it would not. Where it demands https, http is still accepted for every host
 * that deliveries may go to, so that a receiver on this machine needs no certificate, unless `strictUrls` is set.
 */
export function urlProblem(
  { resource }: Provider,
  url: string,
  { egress, settings }: Pick<MockParts, 'egress' | 'settings'>,
): RequestProblem | null {
  const place = `/${resource.url.field}`
  const parsed = HAS_HOST.test(url) ? URL.parse(url) : null
  if (parsed === null)
    return problem('schema', { place, keyword: 'format', value: url, reason: 'must be an http or https URL' })
  if (resource.url.https !== true || parsed.protocol === 'https:') return null
  if (!settings.strictUrls && egress.allows(parsed)) return null
  return problem('url-not-https', { place, value: url, reason: 'must be an https URL' })
}

/** Why a provider that checks a receiver's certificate would refuse it; null: it would not. */
export async function tlsProblem(
  { resource, delivery }: Provider,
  text: string,
  { tlsCheck, clock }: Pick<MockParts, 'tlsCheck' | 'clock'>,
): Promise<RequestProblem | null> {
  const url = URL.parse(text)
  if (resource.url.tlsCheck !== true || url === null) return null
  const reason = await tlsCheck(url, attemptTimeout(delivery.timeoutMs, clock.mode))
  if (reason === null) return null
  return problem('tls-check-failed', { place: `/${resource.url.field}`, value: text, reason })
}
