import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { knownProvider } from '../../src/spec/load.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock({ clock: 'virtual' })
})
afterAll(() => mock.close())

async function refused(url: string, headers: object, body: object) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: answer.status, text: await answer.text() }
}

const url = 'http://127.0.0.1:9/hooks'

describe('a request that is wrong in tens of thousands of places', () => {
  it.each([
    ['beel', '/v1/webhooks', { url, events: Array(18_000).fill(0) }, 400],
    ['companybelgium', '/webhook', { url, name: 'n', entityNumbers: Array(18_000).fill(0) }, 400],
  ])('is refused by %s, and kept once', async (provider, path, body, status) => {
    const before = mock.violations().length
    const answer = await refused(mock.url(provider) + path, await mock.credentials(provider), body)
    expect([answer.status, answer.text.length < 20_000]).toEqual([status, true])
    const found = mock.violations().slice(before)
    expect(found.map(({ by }) => by)).not.toContain('mock')
    expect(found.length).toBeLessThanOrEqual(101)
    const listed = await (await fetch(`${mock.origin}/_mock/violations?limit=1000`)).text()
    expect(listed.length).toBeLessThan(500_000)
  })
})

describe('a trigger of which thousands of members are unknown', () => {
  const payload = Object.fromEntries(Array.from({ length: 19_000 }, (_, i) => [`member-${i}`, 0]))

  it.each(['beel', 'companybelgium', 'donutwork', 'tsanet'])('is refused for %s', async (provider) => {
    const [event] = [...(await knownProvider(provider, [])).events.keys()]
    const started = process.cpuUsage()
    const answer = await refused(`${mock.origin}/_mock/events`, {}, { provider, type: event, payload })
    expect([answer.status, answer.text.length < 50_000]).toEqual([422, true])
    // It took 5 s and more.
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(1_500)
  })
})
