import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signBody, startReceiver, verifyDelivery } from '../../../src/index.ts'
import { loadProviders } from '../../../src/spec/load.ts'

const ACME = fileURLToPath(new URL('../../support/acme.yaml', import.meta.url))
const NOTE = JSON.stringify({
  eventType: 'note.created',
  requestToken: 'tok1',
  noteToken: 'Begoña',
  timestamp: '2026-06-05T09:00:00Z',
})
const AT = '2026-06-05T09:00:00Z'

describe('signBody', () => {
  it('gives the headers that the provider would send, over the exact bytes', async () => {
    const body = Buffer.from(`${NOTE}\r\n `)
    const signed = await signBody({ provider: 'tsanet', secret: 's3cr3t', body })
    const hex = createHmac('sha256', 's3cr3t').update(body).digest('hex')
    expect(signed).toEqual({
      headers: [
        ['Content-Type', 'application/json'],
        ['User-Agent', 'TSANet-Connect/1.0'],
        ['X-Hub-Signature-256', `sha256=${hex}`],
      ],
      url: null,
      signature: { scheme: 'hmac-sha256', content: `${NOTE}\r\n ` },
      event: { type: 'note.created', id: expect.any(String) },
    })
  })

  it('holds for every event of every provider, in a delivery with its sample', async () => {
    for (const { id, events } of await loadProviders())
      for (const { type, sample } of events.values()) {
        const body = JSON.stringify(sample)
        const { headers, event } = await signBody({ provider: id, secret: 'whsec_c2VjcmV0', body, at: AT })
        expect(event?.type).toBe(type)
        const delivery = { headers, body, at: AT }
        const judgement = await verifyDelivery({ provider: id, secret: 'whsec_c2VjcmV0', delivery })
        expect(judgement).toMatchObject({ ok: true, differences: [], notes: [], event: { type } })
      }
  })

  it('signs with every secret where the provider does so, the newest first', async () => {
    const body = '{"id":"1","note":"a"}'
    const hex = (secret: string) => createHmac('sha256', secret).update(body).digest('hex')
    const secret = ['new', 'old', 'older']
    const { headers } = await signBody({ provider: 'acme', specs: [ACME], secret, body })
    expect(headers.find(([name]) => name === 'X-Signature')?.[1]).toBe(
      secret.map((one) => `v1=${hex(one)}`).join(','),
    )
  })

  it.each([
    [{}, '3f7a1b2c-4d5e-6f7a-8b9c-0d1e2f3a4b5c'],
    [{ id: '8c1f0b7e-52d4-4e6b-9f0a-6f2d3c4b5a69' }, '8c1f0b7e-52d4-4e6b-9f0a-6f2d3c4b5a69'],
  ])('takes the id of the event from the body unless told otherwise: %j', async (options, id) => {
    const body = '{"id":"3f7a1b2c-4d5e-6f7a-8b9c-0d1e2f3a4b5c","type":"invoice.emitted"}'
    const { headers, event } = await signBody({ provider: 'beel', secret: 's', body, ...options })
    expect(event).toEqual({ type: 'invoice.emitted', id })
    expect(headers).toContainEqual(['BeeL-Event-Id', id])
  })

  it('signs what is no event at all', async () => {
    const { headers, event } = await signBody({ provider: 'tsanet', secret: 's', body: 'hello' })
    expect(event).toBeNull()
    const hex = createHmac('sha256', 's').update('hello').digest('hex')
    expect(headers.at(-1)).toEqual(['X-Hub-Signature-256', `sha256=${hex}`])
  })

  it('carries HTTP Basic where the webhook has it, and the verification wants it then', async () => {
    const fields = { callbackAuth: { username: 'u', password: 'p' } }
    const options = { provider: 'tsanet', secret: 's', fields }
    const { headers } = await signBody({ ...options, body: NOTE })
    expect(headers.at(-1)).toEqual(['Authorization', `Basic ${Buffer.from('u:p').toString('base64')}`])
    expect((await verifyDelivery({ ...options, delivery: { headers, body: NOTE } })).ok).toBe(true)
    const without = { headers: headers.slice(0, -1), body: NOTE }
    expect((await verifyDelivery({ ...options, delivery: without })).signature).toMatchObject({
      reason: 'missing-header',
    })
  })

  it.each([
    [{ provider: 'tsanet' }, 'Failed to sign as tsanet: there is no secret.'],
    [{ provider: 'tsant', secret: 's' }, 'Failed to find the provider "tsant".'],
    [
      { provider: 'tsanet', secret: 's', event: 'note.create' },
      'Failed to find the event type "note.create" of tsanet.',
    ],
    [
      { provider: 'donutwork', secret: 'a\nb' },
      'Failed to sign as donutwork: HTTP cannot carry the character U+000A in the header Authorization.',
    ],
    [{ provider: 'tsanet', secret: 's', at: 'noon' }, 'Failed to read a time: "noon" is none.'],
  ])('refuses %j', async (options, message) => {
    await expect(signBody({ ...options, body: NOTE })).rejects.toMatchObject({
      kind: 'input',
      summary: message,
    })
  })
})

describe('a scheme that signs the URL', () => {
  const body = '{"id":"1","note":"a"}'
  const own = { provider: 'acme', specs: [] as string[], secret: 's', body }
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hookproof-url-'))
    const text = await readFile(ACME, 'utf8')
    own.specs.push(join(folder, 'acme.yaml'))
    await writeFile(
      join(folder, 'acme.yaml'),
      text.replace('digest: hex', 'digest: hex\n  content: "{url}{body}"'),
    )
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('wants to know it', async () => {
    await expect(signBody(own)).rejects.toMatchObject({
      summary: 'Failed to sign as acme: it signs the URL as well.',
      hint: 'Give the URL that the webhook is registered with.',
    })
  })

  it.each([
    ['https://app.example/hooks?a=1', 'app.example', []],
    ['http://127.0.0.1:3000/hooks?a=1', '127.0.0.1:3000', []],
    ['http://app.example/hooks?a=1', 'app.example', [['X-Forwarded-Proto', 'http']]],
    [
      'https://app.example/hooks?a=1',
      'localhost:3000',
      [
        ['X-Forwarded-Host', 'app.example'],
        ['X-Forwarded-Proto', 'https'],
      ],
    ],
  ])('works out %s from what the receiver at %s saw', async (url, host, forwarded) => {
    const signed = await signBody({ ...own, url })
    expect(signed.url).toBe(url)
    const lines = [...signed.headers, ['Host', host], ...forwarded] as [string, string][]
    const judgement = await verifyDelivery({ ...own, delivery: { path: '/hooks?a=1', headers: lines, body } })
    expect(judgement).toMatchObject({ url, signature: { ok: true } })
  })

  it('says so where it was registered with another one', async () => {
    const { headers } = await signBody({ ...own, url: 'https://app.example/hooks/' })
    const delivery = { path: '/hooks', headers: [...headers, ['Host', 'app.example'] as const], body }
    const { signature } = await verifyDelivery({ ...own, delivery })
    expect(signature).toMatchObject({ reason: 'mismatch', likeliest: expect.stringMatching(/slash|URL/) })
    expect((await verifyDelivery({ ...own, delivery, url: 'https://app.example/hooks/' })).ok).toBe(true)
  })
})

describe('verifyDelivery', () => {
  it('takes what startReceiver kept, and what a web framework hands out', async () => {
    await using receiver = await startReceiver()
    const { headers } = await signBody({ provider: 'tsanet', secret: 's', body: NOTE })
    await fetch(receiver.url, { method: 'POST', headers: headers.map(([a, b]) => [a, b]), body: NOTE })
    const [delivery] = receiver.received
    if (delivery === undefined) throw new Error('nothing arrived')
    expect(await verifyDelivery({ provider: 'tsanet', secret: 's', delivery })).toMatchObject({ ok: true })
    const framework = {
      headers: Object.fromEntries(headers.map(([a, b]) => [a.toLowerCase(), b])),
      body: delivery.body,
    }
    expect(await verifyDelivery({ provider: 'tsanet', secret: 's', delivery: framework })).toMatchObject({
      ok: true,
    })
    const parsed = { ...framework, body: JSON.parse(NOTE) }
    await expect(verifyDelivery({ provider: 'tsanet', secret: 's', delivery: parsed })).rejects.toThrow(
      'Failed to read the captured request: its body was parsed, so the bytes that were signed are gone.',
    )
  })

  it('knows several secrets, and documents of your own', async () => {
    const [acme] = await loadProviders([], [ACME])
    const [type] = acme?.events.values() ?? []
    const body = JSON.stringify(type?.sample)
    const own = { provider: acme?.id ?? '', specs: [ACME] }
    const { headers } = await signBody({ ...own, secret: 'old', body })
    const delivery = { headers, body }
    expect((await verifyDelivery({ ...own, secret: ['new', 'old'], delivery })).signature).toEqual({
      ok: true,
    })
    expect((await verifyDelivery({ ...own, secret: 'new', delivery })).signature?.ok).toBe(false)
  })

  it('takes for undeclared what a document does not name, even where its schema lets it pass', async () => {
    const own = { provider: 'acme', specs: [ACME] }
    const body = '{"id":"1","note":"a","noted":"b"}'
    const { headers } = await signBody({ ...own, secret: 's', body })
    const { differences, signature } = await verifyDelivery({
      ...own,
      secret: 's',
      delivery: { headers, body },
    })
    expect({ differences, signature }).toEqual({
      differences: [{ location: 'body/noted', rule: 'undeclared', message: 'is not declared' }],
      signature: { ok: true },
    })
  })

  it('does not take for text what is no UTF-8, nor two lines of a header for one', async () => {
    const body = Buffer.from(NOTE.replace('Begoña', 'Bego\xf1a'), 'latin1')
    const { headers } = await signBody({ provider: 'tsanet', secret: 's', body })
    const delivery = { headers: [['x-hub-signature-256', 'sha256=0'] as const, ...headers], body }
    expect((await verifyDelivery({ provider: 'tsanet', secret: 's', delivery })).differences).toEqual([
      { location: 'body', rule: 'json', message: expect.stringMatching(/^is no JSON: .*(utf-8|encoded)/i) },
      {
        location: 'header/x-hub-signature-256',
        rule: 'pattern',
        message: 'must match pattern "^sha256=[0-9a-f]{64}$"',
      },
    ])
  })

  it('says which headers have other values than the document, or are in no document', async () => {
    const delivery = {
      headers: { 'content-type': 'application/json', 'user-agent': 'x', 'X-Own': '1', via: 'a' },
      body: NOTE,
    }
    const { notes, differences } = await verifyDelivery({ provider: 'tsanet', delivery })
    expect(differences).toEqual([
      { location: 'header/x-hub-signature-256', rule: 'required', message: 'is missing' },
    ])
    expect(notes).toEqual([
      'The document has User-Agent as "TSANet-Connect/1.0"; "x" arrived.',
      'Headers that are not declared: x-own.',
      'The signature was not verified: no secret was given.',
    ])
  })
})
