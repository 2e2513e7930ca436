import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { assertAttempts, assertDelivered, checkDelivered } from '../../../src/assert/assertions.ts'
import { assertKeepsTheContract } from '../../../src/assert/contract.ts'
import { assertReceived } from '../../../src/assert/received.ts'
import { type Mock, startMock } from '../../../src/mock/start-mock.ts'
import { startReceiver } from '../../../src/receiver/receiver.ts'
import { callApi } from '../../support/api-call.ts'

const ACME = fileURLToPath(new URL('../../support/acme.yaml', import.meta.url))

let mock: Mock
beforeAll(async () => {
  mock = await startMock({ specs: [ACME], clock: 'virtual', attemptTimeoutMs: 10_000 })
})
afterAll(() => mock.close())
beforeEach(() => mock.reset())

/** The message without what differs from run to run. */
async function told(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'nothing'
  } catch (error) {
    const { name, message } = error as Error
    return `${name}: ${message}`
      .replaceAll(/(evt|del)_[a-z0-9]{20}/g, '$1_ID')
      .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
      .replaceAll(/\d+ms$/gm, 'Nms')
  }
}

describe('assertDelivered', () => {
  it('takes an event, what a trigger answered, and a delivery', async () => {
    await using receiver = await startReceiver()
    await mock.register('acme', { url: receiver.url })
    const emission = await mock.trigger('acme', 'note.created')
    const [delivery] = await mock.deliveries({ event: emission.event.id })
    for (const subject of [emission, emission.event, ...emission.deliveries, delivery])
      if (subject !== undefined) await assertDelivered(subject)
    expect(
      await told(() =>
        checkDelivered(emission, {}, true).then(({ message }) => Promise.reject(new Error(message))),
      ),
    ).toBe(
      [
        'Error: evt_ID was not to be delivered, and was:',
        'note.created [evt_ID] to http://HOST: succeeded',
        '  attempt 1  +0s  [200]  Nms',
      ].join('\n'),
    )
  })

  it('shows the attempts of every delivery where one failed', async () => {
    await using receiver = await startReceiver()
    await using failing = await startReceiver({ respond: [500, 503] })
    await mock.register('acme', { url: receiver.url })
    await mock.register('acme', { url: `${failing.url}/failing` })
    const { event } = await mock.trigger('acme', 'note.created')
    await mock.settle()
    await mock.clock.advance({ until: 'settled' })
    expect(await told(() => assertDelivered(event))).toBe(
      [
        'AssertionError: evt_ID was to be delivered, and 1 of 2 succeeded:',
        'note.created [evt_ID] to http://HOST: succeeded',
        '  attempt 1  +0s  [200]  Nms',
        'note.created [evt_ID] to http://HOST/failing: exhausted: the schedule is used up after 3 attempts',
        '  attempt 1  +0s     [500]  Nms',
        '  attempt 2  +10s    [503]  Nms',
        '  attempt 3  +1m10s  [503]  Nms',
      ].join('\n'),
    )
  })

  it('fails for what nobody watches for, and for what is no record of a mock', async () => {
    const { event } = await mock.trigger('acme', 'note.created')
    expect(await told(() => assertDelivered(event))).toBe(
      'AssertionError: evt_ID was to be delivered, and has no delivery: no webhook of its account watches for it.',
    )
    expect(await told(() => assertDelivered({ ...event }))).toBe(
      'MockError: Failed to look up the deliveries: the value comes from no mock of this process. Pass what mock.trigger, mock.deliveries or mock.delivered answered.',
    )
  })

  it('does not wait longer than it is told', async () => {
    await using failing = await startReceiver({ respond: [503] })
    await mock.register('acme', { url: failing.url })
    const { event } = await mock.trigger('acme', 'note.created')
    expect(await told(() => assertDelivered(event, { timeout: 20 }))).toMatch(
      /^AssertionError: evt_ID was to be delivered, and 0 of 1 succeeded:\nnote\.created \[evt_ID\] to http:\/\/HOST: pending/,
    )
  })
})

describe('assertAttempts', () => {
  it('counts those made so far', async () => {
    await using failing = await startReceiver({ respond: [503, 200] })
    await mock.register('acme', { url: failing.url })
    const { event } = await mock.trigger('acme', 'note.created')
    await assertAttempts(event, 1)
    await mock.clock.advance('10s')
    await assertAttempts(event, 2)
    expect(await told(() => assertAttempts(event, 3))).toBe(
      [
        'AssertionError: evt_ID was to have 3 attempts, and has had 2:',
        'note.created [evt_ID] to http://HOST: succeeded',
        '  attempt 1  +0s   [503]  Nms',
        '  attempt 2  +10s  [200]  Nms',
      ].join('\n'),
    )
  })

  it('has none for an event without deliveries', async () => {
    const { event } = await mock.trigger('acme', 'note.created')
    await assertAttempts(event, 0)
    expect(await told(() => assertAttempts(event, 1))).toBe(
      'AssertionError: evt_ID was to have 1 attempt, and has no delivery:',
    )
  })
})

describe('assertKeepsTheContract', () => {
  it('lists what broke it, also what is not declared unless told otherwise', async () => {
    await callApi(mock, 'acme', 'POST /hooks?verbos=1', { url: 7 })
    await callApi(mock, 'acme', 'GET /hoooks', undefined, { account: 'other' })
    expect(await told(() => assertKeepsTheContract(mock))).toBe(
      [
        'AssertionError: The contract was broken 3 times:',
        '  by the client: acme createHook: body/url must be string (POST /acme/hooks?verbos=1: 400)',
        '  by the client: acme createHook: query/verbos query parameter "verbos" is not declared. None is declared. (POST /acme/hooks?verbos=1: 400)',
        '  by the client: acme: path GET /hoooks: no such route (GET /acme/hoooks: 404)',
      ].join('\n'),
    )
    expect(await told(() => assertKeepsTheContract(mock, { strict: false }))).toMatch(
      /broken once:\n.*body\/url.*$/,
    )
    expect(await told(() => assertKeepsTheContract(mock, { account: 'other', strict: false }))).toBe(
      'nothing',
    )
    expect(await told(() => assertKeepsTheContract(mock, { account: 'other' }))).toMatch(/once:\n.*hoooks/)
    expect(await told(() => assertKeepsTheContract(mock, { by: 'mock' }))).toBe('nothing')
  })

  it('has nothing against those who keep it', async () => {
    await callApi(mock, 'acme', 'GET /hooks/9')
    expect(() => assertKeepsTheContract(mock)).not.toThrow()
  })
})

const CIRCLE = {}

describe('assertReceived', () => {
  const received = async (...bodies: readonly string[]) => {
    const receiver = await startReceiver({ respond: [200, 503] })
    for (const body of bodies)
      await fetch(`${receiver.url}/hooks`, { method: 'POST', body, headers: { 'X-Kind': 'k' } })
    return receiver
  }

  it('counts what arrived, or what fits of it', async () => {
    await using receiver = await received('{"a":{"b":1,"c":[{"d":2}]}}', 'no json')
    assertReceived(receiver)
    assertReceived(receiver, 2)
    assertReceived(receiver, { body: { a: { c: [{ d: 2 }] } }, count: 1 })
    assertReceived(receiver, { headers: { 'x-kind': 'k' }, path: '/hooks', count: 2 })
    assertReceived(receiver, { body: { a: { b: { min: 1 } } }, headers: { 'x-kind': '/^k$/' }, count: 1 })
    for (const wrong of [
      1,
      { count: 0 },
      { path: '/' },
      { path: '/oo/' },
      { headers: { 'x-kind': 'other' } },
      { body: { a: { b: 2 } } },
      { body: { a: { c: [] } } },
      { body: { b: 1 } },
      { body: 'no json' },
    ])
      expect(await told(() => assertReceived(receiver, wrong))).toMatch(/^AssertionError/)
  })

  it('takes a RegExp as the pattern of the same text', async () => {
    await using receiver = await received('{"note":"n-1","path":"/a/b","list":["X"]}')
    assertReceived(receiver, { body: { note: /^n/, list: [/x/i] }, headers: { 'x-kind': /^k$/ } })
    assertReceived(receiver, { body: { path: /^\/a\// } })
    assertReceived(receiver, { body: runInNewContext('({ note: /^n/ })') })
    expect(await told(() => assertReceived(receiver, { body: { note: /^m/ } }))).toMatch(
      'with {"body":{"note":"/^m/"}}, and received 0 requests like that:',
    )
    expect(await told(() => assertReceived(receiver, { body: { note: /^m/ } }))).toMatch(
      'body/note: expected /^m/, got n-1',
    )
    expect(await told(() => assertReceived(receiver, { headers: { 'x-kind': /^m/ } }))).toMatch(
      'header x-kind: expected /^m/, got k',
    )
  })

  it.each<readonly [body: unknown, reason: string]>([
    [{ note: /n/g }, 'body/note: /n/g has the flag g, which is not supported'],
    [{ note: '/n/g' }, 'body/note: /n/g has the flag g, which is not supported'],
    [{ note: /n(?=-)/ }, 'body/note: /n(?=-)/ cannot be matched in linear time: it looks ahead with (?=…)'],
    [[expect.any(String)], 'body/0 is of the class Any, which is no pattern'],
    [{ note: expect.stringMatching(/n/) }, 'body/note is of the class StringMatching, which is no pattern'],
    [expect.objectContaining({}), 'body is of the class ObjectContaining, which is no pattern'],
    [{ at: new Date(0) }, 'body/at is of the class Date, which is no pattern'],
    [{ of: () => 1 }, 'body/of is a function, which is no pattern'],
    [{ of: 1n }, 'body/of is a bigint, which is no pattern'],
    [Object.assign(CIRCLE, { in: CIRCLE }), 'is nested more than 1000 levels deep'],
  ])('refuses what is no pattern: %#', async (body, reason) => {
    await using receiver = await received('{"note":"n-1"}')
    const said = await told(() => assertReceived(receiver, { body: body as null }))
    expect(said).toMatch(/^MockError: Failed to read what is expected to arrive: /)
    expect(said).toContain(reason)
  })

  it('shows what arrived', async () => {
    await using receiver = await received('{"a":1}', 'no json')
    expect(await told(() => assertReceived(receiver, { body: { a: 2 } }))).toBe(
      [
        'AssertionError: The receiver was to receive at least one request with {"body":{"a":2}}, and received 0 requests like that:',
        '  1  POST /hooks [200] {"a":1}',
        '     body/a: expected 2, got 1',
        '  2  POST /hooks [503] no json',
        '     body: expected {"a":2}, got no JSON',
      ].join('\n'),
    )
    await using idle = await startReceiver()
    expect(await told(() => assertReceived(idle, 1))).toBe(
      'AssertionError: The receiver was to receive 1 request, and received 0 requests:\n  nothing arrived',
    )
  })
})
