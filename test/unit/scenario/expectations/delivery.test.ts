import { describe, expect, it } from 'vitest'
import { type Expectation, expectationMismatches } from '../../../../src/scenario/expectations/index.ts'
import { someDelivery, someFacts } from './some-facts.ts'

type Given = Partial<Extract<Expectation, { kind: 'delivery' }>>

const retried = someDelivery({
  attempts: [
    { at: 0, code: 503, faults: ['duplicate'] },
    { at: 10_000, code: 'timed-out' },
    { at: 70_000, code: 200, faults: ['slow-body'] },
  ],
})
const judge = (given: Given, facts = someFacts({ deliveries: [retried] })) =>
  expectationMismatches({ kind: 'delivery', of: 'note', to: 'app', ...given }, facts)

describe('an expectation of a delivery', () => {
  it('holds where all of it is so', () => {
    expect(
      judge({
        status: 'succeeded',
        attempts: 3,
        delays: [0, 10_000, 60_000],
        codes: ['5xx', 'timed-out', 200],
        faults: ['duplicate', 'slow-body'],
        reason: null,
      }),
    ).toEqual([])
  })

  it.each<[Given, string, string, string]>([
    [{ status: 'exhausted' }, 'status', 'exhausted', 'succeeded'],
    [{ attempts: { min: 4 } }, 'attempts', 'at least 4', '3'],
    [{ delays: [0, 10_000, 61_000] }, 'delays', '0s, 10s, 1m1s', '0s, 10s, 1m'],
    [{ delays: [0, 10_000] }, 'delays', '0s, 10s', '0s, 10s, 1m'],
    [{ codes: [503, 'timed-out', '4xx'] }, 'codes/2', '4xx', '200'],
    [{ codes: [503] }, 'codes', '503', '503, timed-out, 200'],
    [{ reason: '/deleted/' }, 'reason', '/deleted/', 'null'],
    [{ faults: ['drop'] }, 'faults', 'drop', 'duplicate, slow-body'],
    [{ count: 2 }, 'deliveries', '2', '1'],
  ])('does not hold for %j', (given, what, expected, actual) => {
    expect(judge(given)).toEqual([{ what, expected, actual }])
  })

  it('wants at least one', () => {
    const facts = someFacts({ skipped: new Map([['evt_note', ['the webhook watches x, the event is y']]]) })
    expect(judge({ status: 'pending' }, facts)).toEqual([
      { what: 'deliveries', expected: 'at least one', actual: '0: the webhook watches x, the event is y' },
    ])
    expect(judge({ count: 0 }, someFacts())).toEqual([])
  })

  it('looks at those of the event to the webhook alone', () => {
    const other = someDelivery({ id: 'del_2', event: 'other', status: 'exhausted' })
    const elsewhere = someDelivery({ id: 'del_3', webhook: 'second', status: 'cancelled' })
    const facts = someFacts({ deliveries: [retried, other, elsewhere] })
    expect(judge({ status: 'succeeded' }, facts)).toEqual([])
    expect(judge({ to: null, of: 'other', status: 'exhausted' }, facts)).toEqual([])
    expect(judge({ to: null, of: null, status: 'succeeded', count: 1 }, facts)).toEqual([])
    expect(judge({ to: null, status: 'succeeded' }, facts)).toEqual([
      { what: 'del_3 status', expected: 'succeeded', actual: 'cancelled' },
    ])
  })

  it('sums up where many are wrong', () => {
    const deliveries = Array.from({ length: 7 }, (_, i) =>
      someDelivery({ id: `del_${i}`, status: 'pending' }),
    )
    const found = judge({ status: 'succeeded' }, someFacts({ deliveries }))
    expect(found).toHaveLength(6)
    expect(found[0]).toEqual({ what: 'deliveries', expected: 'all 7 so', actual: '7 are not' })
  })

  it('gives a running clock a tenth, and a quarter of a second of real time', () => {
    const late = someDelivery({
      attempts: [
        { at: 100, code: 503, tookMs: 20 },
        { at: 10_000, code: 200 },
      ],
    })
    const at = (pace: number) => someFacts({ deliveries: [late], pace })
    expect(judge({ delays: [0, 10_000] }, at(1))).toEqual([])
    expect(judge({ delays: [0, 10_000] }, at(0))).toEqual([
      { what: 'delays', expected: '0s, 10s', actual: '100ms, 9s900ms' },
    ])
    expect(judge({ delays: [0, 8_000] }, at(1))).toEqual([
      { what: 'delays', expected: '0s, 8s', actual: '100ms, 9s880ms' },
    ])
  })
})
