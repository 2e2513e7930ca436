import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../src/core/json.ts'
import { knownNames, readFault } from '../../../src/fault/read-fault.ts'
import { loadProviders } from '../../../src/spec/load.ts'

const known = knownNames(await loadProviders(['tsanet', 'beel'], undefined))

function issuesOf(source: Json) {
  const read = readFault(source, known)
  return 'issues' in read ? read.issues : []
}
function faultOf(source: JsonObject) {
  const read = readFault(source, known)
  if ('issues' in read) throw new Error(JSON.stringify(read.issues))
  return read.fault
}
const actionsOf = (source: JsonObject) => faultOf(source).do

const status = (code: number, more: object = {}) => ({
  name: 'status',
  status: code,
  headers: {},
  body: undefined,
  when: 'before',
  ...more,
})
const fixed = (ms: number) => ({ name: 'latency', delay: { kind: 'fixed', ms } })

describe('what a fault does', () => {
  it.each<[string, JsonObject, readonly object[]]>([
    ['a name', { plane: 'api', do: 'timeout' }, [{ name: 'timeout', when: 'before' }]],
    [
      'a name with its parameters',
      { plane: 'api', do: 'timeout', with: { when: 'after' } },
      [{ name: 'timeout', when: 'after' }],
    ],
    ['a name with a plain value', { plane: 'api', do: 'latency', with: '30ms' }, [fixed(30)]],
    ['a status', { plane: 'api', do: 503 }, [status(503)]],
    ['a status as a string', { plane: 'api', do: '503' }, [status(503)]],
    [
      'a status with the rest beside it',
      { plane: 'api', do: 502, with: { body: 'bad gateway', when: 'after' } },
      [status(502, { body: 'bad gateway', when: 'after' })],
    ],
    [
      'an object with a status',
      { plane: 'api', do: { status: 429, headers: { 'Retry-After': 2 }, body: null } },
      [status(429, { headers: { 'Retry-After': '2' }, body: null })],
    ],
    [
      'a name with parameters',
      { plane: 'delivery', do: { duplicate: { copies: 3, at: 'once' } } },
      [{ name: 'duplicate', copies: 3, at: 'once' }],
    ],
    ['a name with a value', { plane: 'delivery', do: { delay: '6m10s' } }, [{ name: 'delay', by: 370_000 }]],
    ['a name with nothing to say', { plane: 'api', do: { latency: {} } }, [fixed(2_000)]],
    ['no time at all', { plane: 'api', do: { latency: 0 } }, [fixed(0)]],
    [
      'an even distribution',
      { plane: 'api', do: { latency: { min: 0, max: '2s' } } },
      [{ name: 'latency', delay: { kind: 'uniform', min: 0, max: 2_000 } }],
    ],
    [
      'a distribution around a median',
      { plane: 'api', do: { latency: { delay: { median: '80ms' } } } },
      [{ name: 'latency', delay: { kind: 'lognormal', median: 80, sigma: 0.4, max: null } }],
    ],
    [
      'a distribution that is cut',
      { plane: 'api', do: 'latency', with: { median: '80ms', sigma: 1, max: '1s' } },
      [{ name: 'latency', delay: { kind: 'lognormal', median: 80, sigma: 1, max: 1_000 } }],
    ],
    [
      'an object where an object is the value',
      { plane: 'delivery', do: { 'extra-fields': { a: 1 } } },
      [{ name: 'extra-fields', fields: { a: 1 } }],
    ],
    ['a size', { plane: 'delivery', do: { 'huge-body': '64kb' } }, [{ name: 'huge-body', size: 65_536 }]],
    [
      'a list',
      {
        plane: 'api',
        do: [503, { status: 429, headers: { 'Retry-After': '2' } }, 'reset', { latency: '1s' }, 'pass'],
      },
      [
        status(503),
        status(429, { headers: { 'Retry-After': '2' } }),
        { name: 'reset', when: 'before' },
        fixed(1_000),
        { name: 'pass' },
      ],
    ],
    ['nothing', { plane: 'receiver', do: 'pass' }, [{ name: 'pass' }]],
    [
      'a status of a receiver',
      { plane: 'receiver', do: { status: 410, body: 'gone' } },
      [{ name: 'status', status: 410, headers: {}, body: 'gone' }],
    ],
  ])('%s', (_, source, actions) => {
    expect(actionsOf(source)).toEqual(actions)
  })

  it('repeats where it is one, and passes where it is a list that is used up', () => {
    expect(faultOf({ plane: 'api', do: 503 })).toMatchObject({
      on: {},
      times: null,
      probability: 1,
      key: null,
      afterwards: 'repeat-last',
    })
    expect(faultOf({ plane: 'api', do: [503] }).afterwards).toBe('pass')
    // biome-ignore lint/suspicious/noThenProperty: the word of the format
    expect(faultOf({ plane: 'api', do: 503, then: 'pass' }).afterwards).toBe('pass')
  })

  it('applies to what is named, and is kept as it was written', () => {
    const source = {
      plane: 'delivery',
      on: {
        provider: 'tsanet',
        account: 'other',
        event: 'note.created',
        webhook: 'app',
        attempt: 3,
        nth: [1, 2],
      },
      do: 'drop',
      times: 2,
      probability: 0.5,
      key: 'event',
    }
    expect(faultOf(source)).toEqual({
      plane: 'delivery',
      on: { ...source.on, attempt: [3], nth: [1, 2] },
      do: [{ name: 'drop' }],
      times: 2,
      probability: 0.5,
      key: 'event',
      afterwards: 'repeat-last',
      source,
    })
    expect(faultOf({ plane: 'delivery', on: { event: 'evt_1' }, do: 'drop' }).on).toEqual({ event: 'evt_1' })
  })
})

const PLAIN_HINT =
  'Write a name, a status, {name: parameters}, or {status: 429, headers: {Retry-After: "2"}}.'
const API_NAMES = 'Known are: dribble, empty, latency, malformed, pass, rate-limit, reset, status, timeout.'

describe('what is wrong with a fault', () => {
  it.each<[Json, string, string, string?]>([
    ['drop', '', 'a fault is an object'],
    [[], '', 'a fault is an object'],
    [{ do: 503 }, '', 'it does not say on which "plane"', 'Known are: api, delivery, receiver.'],
    [
      { plane: 'delivry', do: 503 },
      '/plane',
      '"plane" is "delivry", which is not one of api, delivery, receiver',
      'Did you mean "delivery"?',
    ],
    [
      { plane: { a: 1 }, do: 503 },
      '/plane',
      '"plane" is {"a":1}, which is not one of api, delivery, receiver',
      'Known are: api, delivery, receiver.',
    ],
    [{ plane: 'api' }, '', 'it does not say what to "do"'],
    [{ plane: 'api', do: 503, tims: 2 }, '/tims', 'a fault has no "tims"', 'Did you mean "times"?'],
    [
      { plane: 'api', do: 503, 'on/do': 2 },
      '/on~1do',
      'a fault has no "on/do"',
      'Known are: do, key, on, plane, probability, then, times, with.',
    ],
    [
      { plane: 'api', do: 'timeot' },
      '/do',
      '"timeot" is no fault of the api plane',
      'Did you mean "timeout"?',
    ],
    [
      { plane: 'api', do: 'bad-signature' },
      '/do',
      '"bad-signature" is no fault of the api plane',
      `${API_NAMES} The delivery plane has it.`,
    ],
    [
      { plane: 'receiver', do: [200, 'drop'] },
      '/do/1',
      '"drop" is no fault of the receiver plane',
      'Known are: empty, garbage, pass, redirect, reset, slow, status, timeout. The delivery plane has it.',
    ],
    [{ plane: 'api', do: { toString: {} } }, '/do', '"toString" is no fault of the api plane', API_NAMES],
    [{ plane: 'api', do: null }, '/do', 'null names no fault', PLAIN_HINT],
    [{ plane: 'api', do: {} }, '/do', '{} names no fault', PLAIN_HINT],
    [{ plane: 'api', do: [[503]] }, '/do/0', '[503] names no fault', PLAIN_HINT],
    [
      { plane: 'api', do: { reset: {}, empty: {} } },
      '/do',
      '{"reset":{},"empty":{}} names no fault',
      PLAIN_HINT,
    ],
    [{ plane: 'api', do: [] }, '/do', 'the list is empty'],
    [
      { plane: 'api', do: 700 },
      '/do',
      '"status" is 700, which is not an integer from 200 to 599',
      `"status" is which status. Its default is 503.`,
    ],
    [
      { plane: 'api', do: [503, 99] },
      '/do/1',
      '"status" is 99, which is not an integer from 200 to 599',
      `"status" is which status. Its default is 503.`,
    ],
    [
      { plane: 'api', do: 600, with: { body: 1 } },
      '/do',
      '"status" is 600, which is not an integer from 200 to 599',
      `"status" is which status. Its default is 503.`,
    ],
    [
      { plane: 'api', do: { status: { status: 503 } } },
      '/do/status',
      '"status" is {"status":503}, which is not a number',
      'Write {status: 503}, with headers beside it: {status: 429, headers: {Retry-After: "2"}}.',
    ],
    [
      { plane: 'api', do: { status: 503.5 } },
      '/do/status',
      '"status" is 503.5, which is not an integer from 200 to 599',
      `"status" is which status. Its default is 503.`,
    ],
    [
      { plane: 'api', do: 503, with: { heders: {} } },
      '/with/heders',
      'status has no "heders"',
      'Did you mean "headers"?',
    ],
    [{ plane: 'api', do: 503, with: 'x' }, '/with', 'a status takes its parameters by name'],
    [{ plane: 'api', do: 503, with: { status: 404 } }, '/with/status', 'the status is given twice'],
    [
      { plane: 'api', do: { status: 503, headers: { 'Retry After': '2' } } },
      '/do/headers',
      '"headers" is {"Retry After":"2"}, which is not an object of strings that HTTP can carry in headers',
      `"headers" is more header lines. Its default is none.`,
    ],
    [
      { plane: 'api', do: { status: 503, headers: { A: 'a\nb' } } },
      '/do/headers',
      '"headers" is {"A":"a\\nb"}, which is not an object of strings that HTTP can carry in headers',
      `"headers" is more header lines. Its default is none.`,
    ],
    [
      { plane: 'api', do: { status: 503, headers: { A: ['b'] } } },
      '/do/headers',
      '"headers" is {"A":["b"]}, which is not an object of strings that HTTP can carry in headers',
      `"headers" is more header lines. Its default is none.`,
    ],
    [
      { plane: 'delivery', do: ['drop'], with: { copies: 2 } },
      '/with',
      'a list takes no "with"',
      'Give each its own: {duplicate: {copies: 3}}.',
    ],
    [
      { plane: 'delivery', do: { delay: '1s' }, with: { by: '2s' } },
      '/with',
      'an object takes no "with"',
      'Give each its own: {duplicate: {copies: 3}}.',
    ],
    [
      { plane: 'delivery', do: 'pass', with: {} },
      '/with',
      '"pass" takes no "with"',
      'Give each its own: {duplicate: {copies: 3}}.',
    ],
    [
      { plane: 'delivery', do: 'duplicate', with: { copis: 3 } },
      '/with/copis',
      'duplicate has no "copis"',
      'Did you mean "copies"?',
    ],
    [
      { plane: 'delivery', do: 'drop', with: { copies: 3 } },
      '/with/copies',
      'drop has no "copies"',
      'It has no parameters.',
    ],
    [{ plane: 'delivery', do: 'drop', with: 3 }, '/with', 'drop has no parameters'],
    [
      { plane: 'api', do: { 'rate-limit': null } },
      '/do/rate-limit',
      'rate-limit takes its parameters by name',
      'Known are: limit, per.',
    ],
    [
      { plane: 'delivery', do: { delay: '2 sec' } },
      '/do/delay',
      '"by" is "2 sec", which is not a duration up to 36500d such as 250ms or 10s',
      `"by" is how much later, by the mock's clock. Its default is 10s.`,
    ],
    [
      { plane: 'delivery', do: ['pass', { delay: { by: 5 } }] },
      '/do/1/delay/by',
      '"by" is 5, which is not a duration up to 36500d such as 250ms or 10s',
      `"by" is how much later, by the mock's clock. Its default is 10s.`,
    ],
    [
      { plane: 'delivery', do: 'huge-body', with: { size: '5 gb' } },
      '/with/size',
      '"size" is "5 gb", which is not a size up to 64mb such as 64kb',
      `"size" is how large, at most 64mb. Its default is 5mb.`,
    ],
    [
      { plane: 'delivery', do: 'huge-body', with: 1.5 },
      '/with',
      '"size" is 1.5, which is not a size up to 64mb such as 64kb',
      `"size" is how large, at most 64mb. Its default is 5mb.`,
    ],
    [
      { plane: 'delivery', do: { truncate: 1.5 } },
      '/do/truncate',
      '"at" is 1.5, which is not a number from 0 to 1',
      `"at" is the share of the body that is sent. Its default is 0.5.`,
    ],
    [
      { plane: 'api', do: { reset: { when: 'befor' } } },
      '/do/reset/when',
      '"when" is "befor", which is not one of before, after',
      'Did you mean "before"?',
    ],
    [
      { plane: 'api', do: { latency: { min: '2s', max: '1s' } } },
      '/do/latency',
      '"delay" is {"min":"2s","max":"1s"}, which is not a duration up to 1d, {min, max} or {median, sigma, max}',
      `"delay" is how much later, or a distribution: {min, max}, {median, sigma, max}. Its default is 2s.`,
    ],
    [
      { plane: 'api', do: { latency: { median: '2s', sigma: -1 } } },
      '/do/latency',
      '"delay" is {"median":"2s","sigma":-1}, which is not a duration up to 1d, {min, max} or {median, sigma, max}',
      `"delay" is how much later, or a distribution: {min, max}, {median, sigma, max}. Its default is 2s.`,
    ],
    [
      { plane: 'api', do: { latency: { median: '2s', sigma: null } } },
      '/do/latency',
      '"delay" is {"median":"2s","sigma":null}, which is not a duration up to 1d, {min, max} or {median, sigma, max}',
      `"delay" is how much later, or a distribution: {min, max}, {median, sigma, max}. Its default is 2s.`,
    ],
    [
      { plane: 'delivery', do: { 'huge-body': '65mb' } },
      '/do/huge-body',
      '"size" is "65mb", which is not a size up to 64mb such as 64kb',
      `"size" is how large, at most 64mb. Its default is 5mb.`,
    ],
    [
      { plane: 'delivery', do: { 'huge-body': 67_108_865 } },
      '/do/huge-body',
      '"size" is 67108865, which is not a size up to 64mb such as 64kb',
      `"size" is how large, at most 64mb. Its default is 5mb.`,
    ],
    [
      { plane: 'receiver', do: { slow: '25h' } },
      '/do/slow',
      '"by" is "25h", which is not a duration up to 1d such as 250ms or 10s',
      `"by" is how much later. Its default is 500ms.`,
    ],
    [
      { plane: 'delivery', do: { delay: '36501d' } },
      '/do/delay',
      '"by" is "36501d", which is not a duration up to 36500d such as 250ms or 10s',
      `"by" is how much later, by the mock's clock. Its default is 10s.`,
    ],
    [
      { plane: 'api', do: { latency: { min: '1s', max: '2d' } } },
      '/do/latency',
      '"delay" is {"min":"1s","max":"2d"}, which is not a duration up to 1d, {min, max} or {median, sigma, max}',
      `"delay" is how much later, or a distribution: {min, max}, {median, sigma, max}. Its default is 2s.`,
    ],
    [
      { plane: 'delivery', do: { 'wrong-content-type': 'a\nb' } },
      '/do/wrong-content-type',
      '"type" is "a\\nb", which is not a non-empty string that HTTP can carry in a header',
      `"type" is the media type. Its default is text/plain.`,
    ],
    [
      { plane: 'api', on: 'x', do: 503 },
      '/on',
      '"on" is "x", which is not an object such as {event: note.created}',
    ],
    [
      { plane: 'api', on: { event: 'note.created' }, do: 503 },
      '/on/event',
      'a fault of the api plane is not matched by "event"',
      'Known are: account, nth, operation, provider.',
    ],
    [
      { plane: 'receiver', on: { atempt: 1 }, do: 503 },
      '/on/atempt',
      'a fault of the receiver plane is not matched by "atempt"',
      'Did you mean "attempt"?',
    ],
    [
      { plane: 'api', on: { operation: 'listWebhookSubscription' }, do: 503 },
      '/on/operation',
      'there is no operation "listWebhookSubscription"',
      'Did you mean "listWebhookSubscriptions"?',
    ],
    [
      { plane: 'delivery', on: { event: 'note.craeted' }, do: 'drop' },
      '/on/event',
      'there is no event "note.craeted"',
      'Did you mean "note.created"?',
    ],
    [
      { plane: 'api', on: { provider: 'tsant' }, do: 503 },
      '/on/provider',
      'there is no provider "tsant"',
      'Did you mean "tsanet"?',
    ],
    [
      { plane: 'api', on: { account: 7 }, do: 503 },
      '/on/account',
      '"account" is 7, which is not a non-empty string',
    ],
    [
      { plane: 'api', on: { nth: 0 }, do: 503 },
      '/on/nth',
      '"nth" is 0, which is not an integer ≥ 1, or a non-empty array of these',
    ],
    [
      { plane: 'delivery', on: { attempt: [1, 'x'] }, do: 'drop' },
      '/on/attempt',
      '"attempt" is [1,"x"], which is not an integer ≥ 1, or a non-empty array of these',
    ],
    [
      { plane: 'api', on: { nth: [] }, do: 503 },
      '/on/nth',
      '"nth" is [], which is not an integer ≥ 1, or a non-empty array of these',
    ],
    [{ plane: 'api', do: 503, times: 0 }, '/times', '"times" is 0, which is not an integer ≥ 1'],
    [{ plane: 'api', do: 503, times: '2' }, '/times', '"times" is "2", which is not an integer ≥ 1'],
    [{ plane: 'api', do: 503, times: null }, '/times', '"times" is null, which is not an integer ≥ 1'],
    [
      { plane: 'api', do: 503, probability: 50 },
      '/probability',
      '"probability" is 50, which is not a number from 0 to 1',
    ],
    [
      { plane: 'api', do: 503, key: 'webook' },
      '/key',
      '"key" is "webook", which is not one of webhook, event, account',
      'Did you mean "webhook"?',
    ],
    [
      // biome-ignore lint/suspicious/noThenProperty: the word of the format
      { plane: 'api', do: [503], then: 'repeat' },
      '/then',
      '"then" is "repeat", which is not one of pass, repeat-last, cycle',
      'Did you mean "repeat-last"?',
    ],
  ])('%j', (source, pointer, reason, hint) => {
    expect(issuesOf(source)).toEqual([{ pointer, reason, ...(hint !== undefined && { hint }) }])
  })

  it('is all reported at once', () => {
    const source = {
      plane: 'api',
      on: { nth: 0, operation: 'nothing' },
      do: [700, 'no'],
      with: {},
      times: 0,
      tims: 1,
    }
    expect(issuesOf(source).map(({ pointer }) => pointer)).toEqual([
      '/tims',
      '/on/nth',
      '/on/operation',
      '/times',
      '/with',
      '/do/0',
      '/do/1',
    ])
  })
})

describe('the names that a fault may use', () => {
  it('are ids of events too, where these may be named: what resembles no type', () => {
    const named = (event: string, eventIds: boolean) =>
      'fault' in readFault({ plane: 'delivery', on: { event }, do: 'drop' }, { ...known, eventIds })
    const id = 'aad9caf8-493c-4f7d-a966-7e7792363802'
    expect([named(id, true), named(id, false)]).toEqual([true, false])
    expect([named('note.craeted', true), named('note.created', true)]).toEqual([false, true])
  })

  it('are those of the provider that it names', async () => {
    const providers = await loadProviders(['tsanet', 'beel'], undefined)
    const of = (provider?: string) => knownNames(providers, provider)
    expect(of('tsanet').event).toContain('note.created')
    expect(of('tsanet').event).not.toContain('invoice.emitted')
    expect(of().operation?.get('listWebhooks')).toBe('listWebhookSubscriptions')
    expect(of('nobody')).toEqual({ provider: ['tsanet', 'beel'] })
  })

  it('may be an alias of an operation, and stand for its id', () => {
    const fault = readFault({ plane: 'api', on: { operation: 'listWebhooks' }, do: 503 }, known)
    expect(fault).toMatchObject({ fault: { on: { operation: 'listWebhookSubscriptions' } } })
  })
})
