import { describeClockMode } from '../../core/clock.ts'
import type { Mock, MockOptions } from '../../mock.ts'
import type { StartFacts } from '../../report/start-screen.ts'
import { nextTrigger } from './next-trigger.ts'

/** What the start screen tells of a mock. */
export async function startFacts(mock: Mock, options: MockOptions, version: string): Promise<StartFacts> {
  return {
    version,
    pid: process.pid,
    url: mock.origin,
    providers: await Promise.all(
      mock.providers.map(async ({ id, title, events }) => ({
        id,
        title,
        url: mock.url(id),
        credentials: await mock.credentials(id),
        events: [...events.keys()],
      })),
    ),
    webhooks: mock.registered.map(({ id, provider, url, secret }) => ({ id, provider, url, secret })),
    clock: describeClockMode(mock.clock.mode),
    state: { file: options.db ?? null, ...(await mock.summary()) },
    notices: mock.notices,
    next: await nextTrigger(mock),
  }
}
