import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  assertAttempts,
  assertDelivered,
  assertKeepsTheContract,
  assertReceived,
  MockError,
  runScenario,
  runScenarios,
  signBody,
  verifyDelivery,
} from '../../../src/index.ts'
import { type Mock, startMock } from '../../../src/mock/start-mock.ts'
import { startReceiver } from '../../../src/receiver/receiver.ts'

const ACME = fileURLToPath(new URL('../../support/acme.yaml', import.meta.url))

/** As a program without types calls it. */
type Loose = (...args: readonly unknown[]) => unknown

async function told(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'nothing'
  } catch (error) {
    if (!(error instanceof MockError)) throw error
    expect(error.kind).toBe('input')
    return error.message
  }
}

describe('startMock, called with unknown or invalid options', () => {
  const wrong: readonly (readonly [options: unknown, message: string])[] = [
    [
      { provider: ['acme'] },
      'Failed to read the options of startMock: there is no "provider". Did you mean "providers"?',
    ],
    [
      { providers: 'acme' },
      'Failed to read the options of startMock: "providers" must be an array of strings; it is "acme".',
    ],
    [
      { providers: [7] },
      'Failed to read the options of startMock: "providers" must be an array of strings; it is an array.',
    ],
    [
      { port: 70_000 },
      'Failed to read the options of startMock: "port" must be a port from 0 to 65535; it is 70000.',
    ],
    [
      { ca: 'test/no-such.pem' },
      'Failed to read the certificates in test/no-such.pem: there is no such file. Name a PEM file with --ca.',
    ],
    [{ seed: 42 }, 'Failed to read the options of startMock: "seed" must be a string; it is 42.'],
    [{ strict: 'yes' }, 'Failed to read the options of startMock: "strict" must be a boolean; it is "yes".'],
    [
      { attemptTimeoutMs: '2s' },
      'Failed to read the options of startMock: "attemptTimeoutMs" must be a number of milliseconds ≥ 0; it is "2s".',
    ],
    [
      { deliveryHeaders: { 'no name': 'a' } },
      'Failed to read the options of startMock: "deliveryHeaders" must be an object of strings that HTTP can carry in headers of a request; it is an object.',
    ],
    [
      { deliveryHeaders: { 'Content-Length': '5' } },
      'Failed to read the options of startMock: "deliveryHeaders" must be an object of strings that HTTP can carry in headers of a request; it is an object.',
    ],
    [
      { faults: {} },
      'Failed to read the options of startMock: "faults" must be an array of faults; it is an object.',
    ],
    [null, 'Failed to read the options of startMock: they must be an object; it is null.'],
    ['acme', 'Failed to read the options of startMock: they must be an object; it is "acme".'],
    [
      { register: [{ ulr: 'x' }] },
      'Failed to read webhook 1 of "register": there is no "ulr". Did you mean "url"?',
    ],
    [
      { specs: [ACME], register: [{ provider: 'acne', url: 'http://127.0.0.1:9' }] },
      'Failed to find the provider "acne". Did you mean "acme"?',
    ],
    [
      { forward: ['a=b'] },
      'Failed to read the options of startMock: "forward" must be an array of objects; it is an array.',
    ],
  ]
  it.each(wrong)('refuses %j', async (options, message) => {
    expect(await told(() => (startMock as Loose)(options))).toBe(message)
  })

  it('refuses to serve nobody', async () => {
    expect(await told(() => startMock({ providers: [] }))).toBe(
      'Failed to start: the list of providers is empty. Leave it out for all of them.',
    )
  })
})

describe('startReceiver, called with unknown or invalid options', () => {
  it.each([
    [
      { answer: [503] },
      'Failed to read the options of startReceiver: there is no "answer". Known are: clock, faults, host, keep, onDelivery, path, port, providers, respond.',
    ],
    [
      { port: 'x' },
      'Failed to read the options of startReceiver: "port" must be a port from 0 to 65535; it is "x".',
    ],
    [
      { respond: [{ status: 503 }] },
      'Failed to read an answer of the receiver: there is no "status". Known are: kind.',
    ],
    [
      { respond: [{ kind: 'respond', status: 200, headers: { 'X-Lines': 'a\nb' } }] },
      'Failed to read an answer of the receiver: "headers" must be an object of strings that HTTP can carry in headers; it is an object.',
    ],
    [
      { respond: [{ kind: 'respond', status: 99 }] },
      'Failed to read an answer of the receiver: "status" must be a status from 200 to 599; it is 99.',
    ],
    [
      { respond: [{ kind: 'respond' }] },
      'Failed to read the status of an answer: it must be a status from 200 to 599; it is undefined.',
    ],
  ])('refuses %j', async (options, message) => {
    expect(await told(() => (startReceiver as Loose)(options))).toBe(message)
  })

  it('fills in what an answer leaves out', async () => {
    await using receiver = await (
      startReceiver as Loose as (options: unknown) => ReturnType<typeof startReceiver>
    )({
      respond: [{ kind: 'respond', status: 503 }],
    })
    const answer = await fetch(receiver.url, { method: 'POST' })
    expect([answer.status, await answer.text()]).toEqual([503, ''])
  })
})

describe('a mock, asked for what there is not', () => {
  let mock: Mock
  beforeAll(async () => {
    mock = await startMock({ specs: [ACME], clock: 'virtual' })
  })
  afterAll(() => mock.close())

  const calls: readonly (readonly [
    name: string,
    call: (mock: Record<string, Loose>) => unknown,
    message: string,
  ])[] = [
    [
      'trigger without a type',
      ({ trigger }) => trigger?.('acme'),
      'Failed to find the event type "undefined" of acme. Known are: note.created.',
    ],
    [
      'trigger with a body of another type',
      ({ trigger }) => trigger?.('acme', 'note.created', 'x'),
      'The body breaks the contract of note.created: body must be object. Correct the payload, or say raw: true to send it all the same.',
    ],
    [
      'trigger with an option',
      ({ trigger }) => trigger?.('acme', 'note.created', {}, { acount: 'other' }),
      'Failed to read the options of mock.trigger: there is no "acount". Did you mean "account"?',
    ],
    [
      'register',
      ({ register }) => register?.('acme'),
      'Failed to read the webhook of mock.register: they must be an object; it is undefined.',
    ],
    [
      'register with a field',
      ({ register }) => register?.('acme', { url: 'http://127.0.0.1:9', eventTypes: [] }),
      'Failed to read the webhook of mock.register: there is no "eventTypes". Known are: account, fields, secret, url.',
    ],
    [
      'account',
      ({ account }) => account?.('acme', { scopes: ['all'] }),
      'Failed to find the scope "all" of acme. acme knows no scopes.',
    ],
    [
      'deliveries by status',
      ({ deliveries }) => deliveries?.({ status: 'delivered' }),
      'Failed to read the filter of mock.deliveries: "status" must be one of pending, succeeded, exhausted, cancelled, blocked; it is "delivered".',
    ],
    [
      'deliveries by account',
      ({ deliveries }) => deliveries?.({ account: 'othr' }),
      'Failed to find the account "othr". Did you mean "other"?',
    ],
    [
      'requests by operation',
      ({ requests }) => requests?.({ operation: 'createHok' }),
      'Failed to find the operation "createHok". Did you mean "createHook"?',
    ],
    [
      'violations by a party',
      ({ violations }) => violations?.({ by: 'provider' }),
      'Failed to read the filter of mock.violations: "by" must be one of client, receiver, mock; it is "provider".',
    ],
    [
      'violations by provider',
      ({ violations }) => violations?.({ provider: 'acne' }),
      'Failed to find the provider "acne". Did you mean "acme"?',
    ],
    [
      'reset',
      ({ reset }) => reset?.({ provider: 'acne' }),
      'Failed to find the provider "acne". Did you mean "acme"?',
    ],
    [
      'reset by a text',
      ({ reset }) => reset?.('acme'),
      'Failed to read what mock.reset resets: they must be an object; it is "acme".',
    ],
    [
      'settle',
      ({ settle }) => settle?.('1s'),
      'Failed to read the time-out of mock.settle: it must be a number of milliseconds ≥ 0; it is "1s".',
    ],
    [
      'delivered',
      ({ delivered }) => delivered?.(),
      'Failed to read the event: it must be an object; it is undefined.',
    ],
  ]
  it.each(calls)('says so: %s', async (_, call, message) => {
    expect(await told(() => call(mock as unknown as Record<string, Loose>))).toBe(message)
  })

  it('says so of the clock, too', async () => {
    const advance = mock.clock.advance as Loose
    expect(await told(() => advance())).toBe(
      'Failed to read how far to advance: it must be a string or an object; it is undefined.',
    )
    expect(await told(() => advance({ until: 'next' }))).toBe(
      'Failed to read how far to advance: "until" must be one of next-attempt, settled; it is "next".',
    )
  })

  it('fails an assertion about it, whichever way it is put', async () => {
    const emission = await mock.trigger('acme', 'note.created')
    expect(await told(() => (assertAttempts as Loose)(emission))).toBe(
      'Failed to read how many attempts are expected: it must be an integer ≥ 0; it is undefined.',
    )
    expect(await told(() => (assertDelivered as Loose)(emission, { within: '2s' }))).toBe(
      'Failed to read what is expected: there is no "within". Known are: timeout.',
    )
    expect(await told(() => (assertKeepsTheContract as Loose)({}))).toBe(
      'Failed to read what has to keep the contract: it must be a mock; it is undefined.',
    )
    expect(await told(() => (assertKeepsTheContract as Loose)(mock, { operation: 'none' }))).toMatch(
      /^Failed to find the operation "none"\. Known are: /,
    )
    expect(await told(() => (assertReceived as Loose)(mock))).toMatch(
      /^Failed to read what a receiver received: it must be an array of deliveries, /,
    )
    expect(await told(() => (assertReceived as Loose)({ received: [] }, { cnt: 1 }))).toBe(
      'Failed to read what is expected to arrive: there is no "cnt". Did you mean "count"?',
    )
  })
})

describe('the other calls of the library, called with invalid arguments', () => {
  it('say so', async () => {
    expect(await told(() => (runScenario as Loose)())).toBe(
      'Failed to read the scenario to run: it must be a string or an object; it is undefined.',
    )
    expect(await told(() => (runScenario as Loose)('a.yaml', { sed: '1' }))).toBe(
      'Failed to read the options of runScenario: there is no "sed". Did you mean "set"?',
    )
    expect(await told(() => (runScenarios as Loose)('a.yaml'))).toBe(
      'Failed to read the scenarios to run: it must be an array of strings; it is "a.yaml".',
    )
    expect(await told(() => (signBody as Loose)({ body: '{}' }))).toBe(
      'Failed to read the provider: it must be a string; it is undefined.',
    )
    expect(await told(() => (verifyDelivery as Loose)({}))).toBe(
      'Failed to read the captured request: it must be a string or an object; it is undefined.',
    )
    expect(await told(() => (verifyDelivery as Loose)({ provider: 'acme', delivery: { body: '' } }))).toBe(
      'Failed to read the headers of the captured request: it must be an object or an array of header lines; it is undefined.',
    )
  })
})
