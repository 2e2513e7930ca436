import { describe, expect, it } from 'vitest'
import { type Expectation, expectationMismatches } from '../../../../src/scenario/expectations/index.ts'
import { someArrival, someFacts } from './some-facts.ts'

type Given = Partial<Extract<Expectation, { kind: 'received' }>>

const first = someArrival({ headers: [['X-Kind', 'note']], body: Buffer.from('{"id":1,"more":true}') })
const second = someArrival({
  number: 2,
  event: 'evt_other',
  webhook: 'whk_second',
  body: Buffer.from('not json'),
  verify: (secret) =>
    secret === 'right'
      ? { signature: 'valid', explanation: null }
      : { signature: 'invalid', explanation: 'The body was changed.' },
})
const facts = someFacts({ arrivals: [first, second] })
const judge = (given: Given, of = facts) =>
  expectationMismatches({ kind: 'received', of: null, to: null, ...given }, of)

describe('an expectation of what was received', () => {
  it.each<Given>([
    { count: 2 },
    { of: 'note', count: 1 },
    { to: 'second', count: 1 },
    { of: 'note', signature: 'valid', body: { id: 1 }, headers: { 'x-kind': 'note' } },
    { of: 'other', body: 'not json', signature: 'invalid' },
    { of: 'other', signature: 'valid', secret: 'right' },
    { order: ['note', 'other'] },
    { of: 'nothing', count: 0 },
    {},
  ])('holds for %j', (given) => {
    expect(judge(given)).toEqual([])
  })

  it.each<[Given, string, string, string]>([
    [{ count: 3 }, 'received', '3', '2'],
    [{ of: 'nothing' }, 'received', 'at least one', '0'],
    [{ of: 'nothing', signature: 'valid' }, 'received', 'at least one', '0'],
    [{ order: ['other', 'note'] }, 'order', 'other, note', 'note, other'],
    [{ order: ['a', 'b'] }, 'order', 'a, b', 'none of them'],
    [{ of: 'other', signature: 'valid' }, 'request 2 signature', 'valid', 'invalid: The body was changed.'],
    [{ of: 'note', signature: 'missing' }, 'request 1 signature', 'missing', 'valid'],
    [{ of: 'note', body: { id: 2 } }, 'request 1 body/id', '2', '1'],
    [{ of: 'note', headers: { 'X-None': '/./' } }, 'request 1 X-None', '/./', 'nothing'],
  ])('does not hold for %j', (given, what, expected, actual) => {
    expect(judge(given)).toEqual([{ what, expected, actual }])
  })

  it('is an error where nobody saw what was received', () => {
    expect(() => judge({ count: 1 }, someFacts({ arrivals: null }))).toThrow(
      'Failed to look at what was received: that asks the stand-in receiver, and another one was given.',
    )
  })
})
