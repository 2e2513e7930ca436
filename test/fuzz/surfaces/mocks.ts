import { fileURLToPath } from 'node:url'
import type { FeedEntry } from '../../../src/core/feed.ts'
import { type Mock, startMock } from '../../../src/mock/start-mock.ts'
import { startReceiver } from '../../../src/receiver/receiver.ts'
import { shippedProviders } from '../../../src/spec/shipped.ts'

export const ACME = fileURLToPath(new URL('../../support/acme.yaml', import.meta.url))

/** A mock that reaches nobody but its own receiver, wherever its webhooks point. */
export interface OpenMock extends AsyncDisposable {
  readonly mock: Mock
  readonly port: number
  readonly receiver: string
  /** Ids that exist, as the providers and as hookproof give them. */
  ids(provider: string | null): readonly string[]
  /** Tells it what a request was answered: one that is taken may change the state. */
  answered(request: string, answer: string): void
  /** What it did wrong since it was last asked: failures, broken contracts, traces of what was refused. */
  check(): Promise<readonly string[]>
  /** Starts again from its first state, and answers what it no longer does. */
  renew(): Promise<readonly string[]>
}

/** What Node answers where the rest of a request is no HTTP, though its beginning may have been acted on. */
const BROKEN_OFF = /^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n\r\n/

/** Requests that change nothing. */
const READS = /^(?:GET|HEAD) /

const WITHIN_MS = 10_000

export async function openMock(): Promise<OpenMock> {
  const receiver = await startReceiver()
  const mock = await startMock({
    providers: shippedProviders().map(({ id }) => id),
    specs: [ACME],
    clock: 'virtual',
    seed: 'fuzz',
    forward: [{ from: '*', to: new URL(receiver.url).origin }],
    resolve: async () => [],
  })
  const faults: string[] = []
  mock.feed.subscribe((entry) => void faults.push(...faultOf(entry)))
  let known = new Map<string, readonly string[]>()
  const fill = async () => {
    known = new Map()
    for (const { id, events } of mock.providers) {
      const hook = await mock.register(id, { url: receiver.url })
      const [type = ''] = events.keys()
      const { event, deliveries } = await mock.trigger(id, type)
      known.set(id, [
        hook.providerId,
        event.providerId,
        hook.id,
        event.id,
        ...deliveries.map((one) => one.id),
      ])
    }
    await mock.settle()
  }
  const state = async () => {
    await mock.settle()
    return JSON.stringify([await mock.summary(), await mock.webhooks()])
  }
  await fill()
  let before = await state()
  let isTaken = false
  let isCutOff = false
  return {
    mock,
    port: Number(new URL(mock.origin).port),
    receiver: receiver.url,
    ids: (provider) => (provider === null ? [...known.values()].flat() : (known.get(provider) ?? [])),
    answered(request, answer) {
      if (READS.test(request)) return
      // On one connection several are answered.
      isTaken ||= /^HTTP\/1\.1 [23]/m.test(answer)
      isCutOff ||= answer === '' || BROKEN_OFF.test(answer)
    },
    async check() {
      const now = await state()
      const isChanged = !isTaken && !isCutOff && now !== before
      before = now
      // One that was cut off may have been taken, and may still be at work.
      isTaken = isCutOff
      isCutOff = false
      return [
        ...faults.splice(0),
        ...(isChanged ? ['the state has changed, and everything was refused'] : []),
      ]
    },
    async renew() {
      const health = await fetch(`${mock.origin}/_mock/health`, { signal: AbortSignal.timeout(WITHIN_MS) })
      const body = await health.text()
      if (health.status !== 200) return [`health answers ${health.status}: ${body}`]
      const reset = await fetch(`${mock.origin}/_mock/reset`, { method: 'POST' })
      if (reset.status >= 300) return [`reset answers ${reset.status}: ${await reset.text()}`]
      const had = receiver.received.length
      await fill()
      before = await state()
      const arrived = await receiver.waitFor(had + mock.providers.length, WITHIN_MS)
      return arrived ? [] : ['events are no longer delivered after a reset']
    },
    async [Symbol.asyncDispose]() {
      await mock.close(0)
      await receiver.close()
    },
  }
}

function faultOf(entry: FeedEntry): readonly string[] {
  if (entry.type === 'notice' && / failed: /.test(entry.text)) return [`notice: ${entry.text}`]
  if (entry.type === 'violation' && entry.violation.by === 'mock')
    return [`the mock broke its contract: ${JSON.stringify(entry.violation)}`]
  return []
}
