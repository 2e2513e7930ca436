import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { DeliveryView } from '../../../../src/api/views.ts'
import type { HeaderLines } from '../../../../src/core/model.ts'
import type { ReceivedDelivery } from '../../../../src/receiver/delivery.ts'
import { arrivalsOf, type SentDeliveries } from '../../../../src/scenario/run/arrivals.ts'
import type { Provider } from '../../../../src/spec/provider.ts'
import { START, someDelivery } from '../expectations/some-facts.ts'

const signed = (body: string, secret: string): HeaderLines => [
  ['X-Signature', createHmac('sha256', secret).update(body).digest('hex')],
]

const provider = {
  id: 'acme',
  events: new Map(),
  signature: [
    {
      scheme: 'hmac',
      hash: 'sha256',
      digest: 'hex',
      content: '{body}',
      headers: { 'X-Signature': '{digest}' },
    },
  ],
} as unknown as Provider

const sent = (
  id: string,
  body: string,
  given: Parameters<typeof someDelivery>[0] & { headers?: HeaderLines } = {},
) => {
  const { headers = [], ...rest } = given
  const one = someDelivery({ id, provider: 'acme', attempts: [{ at: 0, code: 200 }], ...rest })
  const attempts = one.attempts.map((attempt) => ({
    ...attempt,
    request: { ...attempt.request, body, headers },
  }))
  return { ...one, attempts }
}

const got = (body: string, given: Partial<ReceivedDelivery> = {}): ReceivedDelivery => ({
  number: 1,
  connection: 1,
  startedAt: START + 4,
  at: START + 5,
  method: 'POST',
  path: '/hooks',
  headers: [],
  body: Buffer.from(body),
  complete: true,
  answer: null,
  faults: [],
  ...given,
})

const match = (received: readonly ReceivedDelivery[], deliveries: readonly DeliveryView[]) => {
  const secretsOf: SentDeliveries['secretsOf'] = (id) => (id === 'whk_app' ? ['old', 'new'] : ['second'])
  return arrivalsOf(received, { deliveries, providers: [provider], secretsOf, fieldsOf: () => ({}) })
}

describe('what the stand-in got', () => {
  it('comes from the delivery that sent these bytes', () => {
    const deliveries = [
      sent('del_1', '{"a":1}', { event: 'first' }),
      sent('del_2', '{"a":2}', { event: 'second' }),
    ]
    const found = match(
      [got('{"a":2}'), got('{"a":1}', { number: 2 }), got('{"a":3}', { number: 3 })],
      deliveries,
    )
    expect(found.map(({ event }) => event)).toEqual(['evt_second', 'evt_first', null])
  })

  it('comes from the webhook whose headers it has, where two had the same bytes', () => {
    const deliveries = [
      sent('del_1', '{}', { headers: signed('{}', 'old') }),
      sent('del_2', '{}', { webhook: 'second', headers: signed('{}', 'second') }),
    ]
    const [first] = match([got('{}', { headers: signed('{}', 'old') })], deliveries)
    expect(first?.webhook).toBe('whk_app')
  })

  it('comes from what was sent before it', () => {
    const deliveries = [
      sent('del_1', '{}'),
      sent('del_2', '{}', { event: 'later', attempts: [{ at: 60, code: 200 }] }),
    ]
    expect(match([got('{}')], deliveries)[0]?.event).toBe('evt_note')
    expect(match([got('{}', { at: START + 70 })], deliveries)[0]?.event).toBe('evt_later')
  })

  it('is known where only its beginning came', () => {
    expect(match([got('{"a', { complete: false })], [sent('del_1', '{"a":1}')])[0]?.event).toBe('evt_note')
  })

  it('is verified with each secret that its webhook has had, or the one that is named', () => {
    const verify = (headers: HeaderLines, secret?: string) =>
      match([got('{}', { headers })], [sent('del_1', '{}')])[0]?.verify(secret)
    expect(verify(signed('{}', 'old'))).toEqual({ signature: 'valid', explanation: null })
    expect(verify(signed('{}', 'new'))).toEqual({ signature: 'valid', explanation: null })
    expect(verify(signed('{}', 'old'), 'new')).toMatchObject({ signature: 'invalid' })
    expect(verify(signed('{}', 'stranger'))).toMatchObject({ signature: 'invalid' })
    expect(verify([])).toMatchObject({ signature: 'missing' })
    expect(match([got('x')], [])[0]?.verify(undefined)).toEqual({
      signature: 'invalid',
      explanation: 'no delivery of this mock sent these bytes',
    })
  })
})
