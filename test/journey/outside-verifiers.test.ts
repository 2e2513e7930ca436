import { createHmac } from 'node:crypto'
import { verify } from '@octokit/webhooks-methods'
import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { headerOf } from '../../src/core/headers.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import type { ReceivedDelivery } from '../../src/receiver/delivery.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { clientOf } from '../support/provider-clients.ts'

/** Judges whom others wrote, or the provider's own published verifier, given what arrived on the wire. */
const VERIFIERS: Readonly<
  Record<string, (delivery: ReceivedDelivery, secret: string) => Promise<boolean> | boolean>
> = {
  // The receiver of the provider's guide, "Verify the signature".
  companybelgium: ({ headers, body }, secret) => {
    const header = headerOf(headers, 'X-CompanyBelgium-Signature') ?? ''
    return header === `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  },
  beel: ({ headers, body }, secret) => {
    const stripe = new Stripe('sk_test_unused')
    try {
      stripe.webhooks.constructEvent(body, headerOf(headers, 'BeeL-Signature') ?? '', secret, 300)
      return true
    } catch {
      return false
    }
  },
  donutwork: ({ headers }, secret) => headerOf(headers, 'Authorization') === `Bearer ${secret}`,
  tsanet: ({ headers, body }, secret) =>
    verify(secret, body.toString('utf8'), headerOf(headers, 'X-Hub-Signature-256') ?? ''),
}

/** Fields of each provider's events that take any text. */
const TEXT_FIELDS: Readonly<Record<string, (text: string) => JsonObject>> = {
  companybelgium: (text) => ({ data: { changed: [text] } }),
  beel: (text) => ({ data: { customer_name: text } }),
  donutwork: (text) => ({ data: { services: [{ name: text }] } }),
  tsanet: (text) => ({ noteToken: text }),
}

let mock: Mock
let receiver: Receiver

beforeAll(async () => {
  mock = await startMock()
  receiver = await startReceiver()
})
afterAll(async () => {
  await mock.close()
  await receiver.close()
})

describe.each(Object.entries(VERIFIERS))('what %s sends', (provider, accepts) => {
  it.each([
    ['plain', 'Main Street'],
    ['non-ASCII', 'Ñandú, Gütersloh, 株式会社 🐦'],
    ['awkward', 'a\u2028b\u0007 </script> \\ "quoted" \u00e9 e\u0301'],
  ])('convinces an outside verifier: %s text', async (_, text) => {
    const client = await clientOf(mock, provider)
    const { id, secret } = await client.create(receiver.url)
    const before = receiver.received.length
    await mock.trigger(provider, client.event, TEXT_FIELDS[provider]?.(text), { raw: true })
    await mock.settle()
    const [delivery] = receiver.received.slice(before)
    if (delivery === undefined) throw new Error('nothing arrived')
    expect(JSON.stringify(JSON.parse(delivery.body.toString()))).toContain(JSON.stringify(text).slice(1, -1))
    expect(await accepts(delivery, secret)).toBe(true)
    expect(await accepts(delivery, `${secret}x`)).toBe(false)
    await client.remove(id)
  })
})
