import { parseUrl } from '../core/parse-url.ts'
import { attemptTimeout } from '../delivery/attempt-timeout.ts'
import type { Provider } from '../spec/provider.ts'
import type { MockParts } from './parts.ts'
import { problem, type RequestProblem } from './problem.ts'

/** Whether a provider that looks at a receiver's certificate would turn this one down. */
export async function tlsProblem(
  { resource, delivery }: Provider,
  text: string,
  { tlsCheck, clock }: Pick<MockParts, 'tlsCheck' | 'clock'>,
): Promise<RequestProblem | null> {
  const url = parseUrl(text)
  if (resource.url.tlsCheck !== true || url === null) return null
  const reason = await tlsCheck(url, attemptTimeout(delivery.timeoutMs, clock.mode))
  if (reason === null) return null
  return problem('tls-check-failed', { place: `/${resource.url.field}`, value: text, reason })
}
