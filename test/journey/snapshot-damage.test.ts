import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isJsonObject, type Json } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'

// A snapshot with one value replaced by another is refused, or everything goes on with it.

let mock: Mock
let receiver: Receiver
let state: Json
let places: readonly (readonly string[])[]

/** Every place in the newest and the oldest record of each table. */
function placesIn(value: Json | undefined, at: readonly string[] = []): readonly (readonly string[])[] {
  if (!Array.isArray(value) && !isJsonObject(value)) return [at]
  const names = Object.keys(value)
  const shown = at.length === 2 ? names.filter((_, i) => i === 0 || i === names.length - 1) : names
  return [at, ...shown.flatMap((name) => placesIn((value as Record<string, Json>)[name], [...at, name]))]
}

beforeAll(async () => {
  receiver = await startReceiver({ respond: [503, 200, 503] })
  mock = await startMock({ providers: ['tsanet'], clock: 'virtual' })
  for (const path of ['/1', '/2']) await mock.register('tsanet', { url: `${receiver.url}${path}` })
  await mock.trigger('tsanet', 'note.created')
  await mock.settle()
  state = await mock.snapshot()
  places = placesIn(state).filter(({ length }) => length > 0)
})
afterAll(async () => {
  await mock.close(0)
  await receiver.close()
})

const call = (method: string, path: string, body?: string) =>
  fetch(`${mock.origin}${path}`, {
    method,
    ...(body !== undefined && { body, headers: { 'Content-Type': 'application/json' } }),
  })

const value = fc.oneof(
  fc.constantFrom<Json>(
    1e300,
    -1,
    8.64e15 + 1,
    253_402_300_800_000,
    1.5,
    Number.MAX_SAFE_INTEGER,
    null,
    true,
  ),
  fc.constantFrom<Json>('', 'x', '\u0000\n', '\ud800', 'http://[', 'x'.repeat(100_000), '1970-01-01', [], {}),
  fc.jsonValue() as fc.Arbitrary<Json>,
)

it('is refused, or taken and everything goes on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), value, async (at, value) => {
      const steps = places[at % places.length] as readonly string[]
      const damaged = structuredClone(state) as Record<string, Json>
      const parent = steps.slice(0, -1).reduce((found, step) => found[step] as Record<string, Json>, damaged)
      parent[steps.at(-1) as string] = value
      const taken = await call('PUT', '/_mock/snapshot', JSON.stringify(damaged))
      expect([200, 422]).toContain(taken.status)
      const problem = (await taken.json()) as { detail?: string }
      expect((problem.detail ?? '').length).toBeLessThan(1_000)
      if (taken.status === 422) return
      for (const list of ['webhooks', 'events', 'deliveries', 'clock', 'snapshot'])
        expect([list, (await call('GET', `/_mock/${list}`)).status]).toEqual([list, 200])
      const advanced = await call('POST', '/_mock/clock/advance', '{"until":"next-attempt"}')
      expect([200, 422]).toContain(advanced.status)
      expect((await call('GET', '/_mock/deliveries')).status).toBe(200)
    }),
    { numRuns: process.env.MODE === 'all' ? 600 : 60, endOnFailure: true },
  )
}, 120_000)
