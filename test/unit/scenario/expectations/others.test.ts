import { describe, expect, it } from 'vitest'
import type { WebhookView } from '../../../../src/api/views.ts'
import type { KeptViolation } from '../../../../src/core/model.ts'
import { type Expectation, expectationMismatches } from '../../../../src/scenario/expectations/index.ts'
import { START, someAnswer, someFacts, someRequest } from './some-facts.ts'

type Of<K extends Expectation['kind']> = Partial<Extract<Expectation, { kind: K }>>

describe('an expectation of requests', () => {
  const facts = someFacts({
    requests: [
      someRequest({ status: 503, faults: ['status'] }),
      someRequest({ status: 0, faults: ['latency', 'reset'], wall: START + 1_000 }),
      someRequest({ wall: START + 3_500 }),
      someRequest({ operation: 'createWebhook', status: 201, account: 'other' }),
    ],
  })
  const judge = (given: Of<'requests'>) =>
    expectationMismatches({ kind: 'requests', operation: 'listWebhooks', ...given }, facts)

  it.each<Of<'requests'>>([
    { count: 3 },
    { statuses: [503, 'reset', '2xx'] },
    { statuses: [503, 0, 200] },
    { apart: 1_000 },
    { operation: null, count: 4 },
    { operation: null, account: 'other', status: 201, count: 1 },
    { operation: null, provider: 'acme', count: 0 },
    {},
  ])('holds for %j', (given) => {
    expect(judge(given)).toEqual([])
  })

  it.each<[Of<'requests'>, string, string, string]>([
    [{ count: { max: 2 } }, 'requests', 'at most 2', '3'],
    [{ operation: 'nothing' }, 'requests', 'at least one', '0'],
    [{ operation: 'nothing', apart: 5 }, 'requests', 'at least one', '0'],
    [{ statuses: [503, 429, 200] }, 'statuses/1', '429', '"reset"'],
    [{ statuses: [503] }, 'statuses', '503', '503, reset, 200'],
    [{ operation: 'createWebhook', status: '4xx' }, 'request 1', '4xx', '201'],
    [{ apart: 2_000 }, 'from request 1 to 2', 'at least 2s', '1s'],
  ])('does not hold for %j', (given, what, expected, actual) => {
    expect(judge(given)).toEqual([{ what, expected, actual }])
  })
})

describe('an expectation of violations', () => {
  const one = {
    by: 'client',
    provider: 'tsanet',
    account: 'default',
    operation: 'createWebhook',
    location: 'body/callbackUrl',
    rule: 'required',
    message: 'is missing',
  } as KeptViolation
  const facts = someFacts({ violations: [one, { ...one, by: 'receiver', rule: 'status', account: null }] })
  const judge = (given: Of<'violations'>) =>
    expectationMismatches({ kind: 'violations', by: null, ...given }, facts)

  it.each<Of<'violations'>>([
    { count: 2 },
    { by: 'mock' },
    { by: 'client', rule: '/^req/', count: 1 },
    { account: 'default', count: 1 },
    { account: 'other' },
  ])('holds for %j', (given) => {
    expect(judge(given)).toEqual([])
  })

  it.each<[Of<'violations'>, string, string]>([
    [{}, '0', '2; the first one by the client: body/callbackUrl is missing'],
    [{ by: 'receiver' }, '0', '1; the first one by the receiver: body/callbackUrl is missing'],
    [{ by: 'mock', count: 1 }, '1', '0'],
  ])('does not hold for %j', (given, expected, actual) => {
    expect(judge(given)).toEqual([{ what: 'violations', expected, actual }])
  })
})

describe('an expectation of a webhook', () => {
  const facts = someFacts({ webhooks: [{ id: 'whk_app', enabled: true } as WebhookView] })
  const judge = (given: Of<'webhook'>) =>
    expectationMismatches({ kind: 'webhook', webhook: 'app', ...given }, facts)

  it('holds', () => {
    expect(judge({ enabled: true, deleted: false })).toEqual([])
    expect(judge({ webhook: 'gone', deleted: true })).toEqual([])
    expect(judge({})).toEqual([])
  })

  it.each<[Of<'webhook'>, string, string, string]>([
    [{ enabled: false }, 'app enabled', 'false', 'true'],
    [{ deleted: true }, 'app deleted', 'true', 'false'],
    [{ webhook: 'gone', enabled: true }, 'gone enabled', 'true', 'nothing'],
    [{ webhook: 'gone' }, 'gone', 'a webhook', 'deleted'],
  ])('does not hold for %j', (given, what, expected, actual) => {
    expect(judge(given)).toEqual([{ what, expected, actual }])
  })
})

describe('an expectation of an answer', () => {
  const answers = new Map([
    ['list', someAnswer({ headers: { 'Retry-After': '2' }, body: { total: 3, items: [] } })],
    ['cut', someAnswer({ status: null, error: 'the connection was reset' })],
  ])
  const facts = someFacts({ answer: (name) => answers.get(name) })
  const judge = (given: Of<'answer'>) =>
    expectationMismatches({ kind: 'answer', of: 'list', ...given }, facts)

  it('holds', () => {
    expect(judge({ status: '2xx', headers: { 'retry-after': '2' }, body: { total: { min: 1 } } })).toEqual([])
    expect(judge({ of: 'cut', error: '/reset/' })).toEqual([])
  })

  it.each<[Of<'answer'>, string, string, string]>([
    [{ status: 404 }, 'status', '404', '200'],
    [{ headers: { 'X-None': 'x' } }, 'header X-None', 'x', 'nothing'],
    [{ body: { total: 4 } }, 'body/total', '4', '3'],
    [{ of: 'cut', status: 200 }, 'answer', '200', 'the connection was reset'],
    [{ of: 'cut', error: '/refused/' }, 'error', '/refused/', 'the connection was reset'],
    [{ error: '/reset/' }, 'error', '/reset/', 'none, but 200'],
    [{ of: 'nothing', status: 200 }, 'answer', 'one', 'none yet'],
  ])('does not hold for %j', (given, what, expected, actual) => {
    expect(judge(given)).toEqual([{ what, expected, actual }])
  })
})
