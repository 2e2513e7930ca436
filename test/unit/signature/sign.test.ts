import { createHmac, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { sign as octokitSign, verify as octokitVerify } from '@octokit/webhooks-methods'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import Stripe from 'stripe'
import { describe, expect, it } from 'vitest'
import { type SignInput, signDelivery } from '../../../src/signature/sign.ts'
import type { SignatureKeyword } from '../../../src/spec/vocabulary.ts'
import { HUB, JSON_BODY, STANDARD, STRIPE_LIKE } from './schemes.ts'

const input: SignInput = {
  body: Buffer.from(JSON_BODY),
  url: 'https://example.be/hooks?x=1',
  method: 'POST',
  event: { id: 'evt-1', type: 'note.created' },
  secrets: ['whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0', 'whsec_b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9s'],
  fields: {},
  signedAt: 1_741_362_026_789,
}
const only = (scheme: SignatureKeyword, more: Partial<SignInput> = {}) =>
  signDelivery([scheme], { ...input, ...more })

describe('signDelivery', () => {
  it('agrees with RFC 4231, test case 2', () => {
    const { headers } = only(
      { scheme: 'hmac', hash: 'sha256', digest: 'hex', headers: { 'X-Signature': '{digest}' } },
      { secrets: ['Jefe'], body: Buffer.from('what do ya want for nothing?') },
    )
    expect(headers).toEqual([
      ['X-Signature', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    ])
  })

  it('agrees with RFC 2202 and RFC 4231 for the other hashes', () => {
    const sign = (hash: 'sha1' | 'sha512') =>
      only(
        { scheme: 'hmac', hash, digest: 'hex', headers: { S: '{digest}' } },
        { secrets: ['Jefe'], body: Buffer.from('what do ya want for nothing?') },
      ).headers[0]?.[1]
    expect(sign('sha1')).toBe('effcdf6ae5eb2fa2d27416d5f184df9c259a7c79')
    expect(sign('sha512')).toBe(
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    )
  })

  it('is accepted by octokit, with text beyond ASCII', async () => {
    const { headers } = only(HUB, { secrets: ['s3cret'] })
    const value = headers[0]?.[1] ?? ''
    expect(headers[0]?.[0]).toBe('X-Hub-Signature-256')
    expect(await octokitVerify('s3cret', JSON_BODY, value)).toBe(true)
    expect(value).toBe(await octokitSign('s3cret', JSON_BODY))
  })

  it('is accepted by stripe, with either secret while they overlap', () => {
    const stripe = new Stripe('sk_test_x')
    const header = only(STRIPE_LIKE).headers[0]?.[1] ?? ''
    expect(header).toMatch(/^t=1741362026,v1=[0-9a-f]{64},v1=[0-9a-f]{64}$/)
    for (const secret of input.secrets)
      expect(stripe.webhooks.constructEvent(JSON_BODY, header, secret, Number.MAX_SAFE_INTEGER)).toEqual(
        JSON.parse(JSON_BODY),
      )
    expect(() =>
      stripe.webhooks.constructEvent(JSON_BODY, header, 'whsec_other', Number.MAX_SAFE_INTEGER),
    ).toThrow()
  })

  it('is accepted by standardwebhooks, with either secret while they overlap', () => {
    const { headers } = only(STANDARD, { signedAt: Date.now() })
    for (const secret of input.secrets)
      expect(new StandardWebhook(secret).verify(JSON_BODY, Object.fromEntries(headers))).toEqual(
        JSON.parse(JSON_BODY),
      )
  })

  it('signs with the newest secret alone without a join, and with the oldest first when told so', () => {
    const { join: _, ...single } = STRIPE_LIKE
    expect(only(single).headers[0]?.[1]).toMatch(/^t=1741362026,v1=[0-9a-f]{64}$/)
    const [, first = '', second = ''] = (only(STRIPE_LIKE).headers[0]?.[1] ?? '').split(',')
    expect(only({ ...STRIPE_LIKE, order: 'old-first' }).headers[0]?.[1]).toBe(
      `t=1741362026,${second},${first}`,
    )
  })

  it('signs bytes that are no UTF-8 as they are, and shows them escaped', () => {
    const body = Buffer.from([0x61, 0xff, 0xc3, 0xa9, 0xc3])
    const signed = only(STRIPE_LIKE, { body, secrets: ['k'] })
    const expected = createHmac('sha256', 'k')
      .update(Buffer.concat([Buffer.from('1741362026.'), body]))
      .digest('hex')
    expect(signed.headers[0]?.[1]).toBe(`t=1741362026,v1=${expected}`)
    expect(signed.signature).toEqual({ scheme: 'hmac-sha256', content: '1741362026.a\\xffé\\xc3' })
  })

  it('sorts form parameters behind the URL, as documented with a vector by the telephony provider that does so', () => {
    const { headers } = only(
      {
        scheme: 'hmac',
        hash: 'sha1',
        digest: 'base64',
        content: '{url}{params}',
        headers: { S: '{digest}' },
      },
      {
        secrets: ['12345'],
        url: 'https://example.com/myapp.php?foo=1&bar=2',
        body: Buffer.from(
          'Digits=1234&To=%2B18005551212&From=%2B14158675310&Caller=%2B14158675310&CallSid=CA1234567890ABCDE',
        ),
      },
    )
    expect(headers[0]?.[1]).toBe('L/OH5YylLD5NRKLltdqwSvS0BnU=')
  })

  it.each<[string, Partial<Extract<SignatureKeyword, { scheme: 'hmac' }>>, string]>([
    ['{timestamp}:{body}', { timestamp: 'ms' }, `1741362026789:${JSON_BODY}`],
    ['{timestamp}', { timestamp: 'iso' }, '2025-03-07T15:40:26.789Z'],
    ['{method}{url}{body}{timestamp}', {}, `POSThttps://example.be/hooks?x=1${JSON_BODY}1741362026`],
    ['{path} {id} {event}', {}, '/hooks?x=1 evt-1 note.created'],
    ['{header:X-Trace}', {}, 'abc'],
    ['{header_names}.{header_values}', { signedHeaders: ['X-Trace', 'X-Event'] }, 'x-trace x-event.abc.note'],
  ])('signs the content %s', (content, more, expected) => {
    const scheme: SignatureKeyword = {
      scheme: 'hmac',
      hash: 'sha256',
      digest: 'base64url',
      content,
      headers: { S: '{digest}' },
      ...more,
    }
    const signed = only(scheme, {
      secrets: ['k'],
      headers: [
        ['X-Event', 'note'],
        ['x-trace', 'abc'],
      ],
    })
    expect(signed.signature?.content).toBe(expected)
    expect(signed.headers[0]?.[1]).toBe(createHmac('sha256', 'k').update(expected).digest('base64url'))
  })

  it('adds to the query of the URL that it signs', () => {
    const { url, signature } = only(
      {
        scheme: 'hmac',
        hash: 'sha1',
        digest: 'base64',
        content: '{url}',
        query: { bodySHA256: '{body_sha256}' },
        headers: { S: '{digest}' },
      },
      { body: Buffer.from('abc') },
    )
    expect(url).toBe(
      'https://example.be/hooks?x=1&bodySHA256=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
    expect(signature?.content).toBe(url)
  })

  it('signs with Ed25519: the vector of RFC 8032, section 7.1, test 2', () => {
    const { headers } = only(
      { scheme: 'ed25519', key: { encoding: 'hex' }, digest: 'hex', headers: { S: '{digest}' } },
      {
        secrets: ['4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'],
        body: Buffer.from('72', 'hex'),
      },
    )
    expect(headers[0]?.[1]).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    )
  })

  it('signs with ECDSA on P-256, in DER', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const { headers } = only(
      { scheme: 'ecdsa-p256', digest: 'base64', content: '{timestamp}{body}', headers: { S: '{digest}' } },
      { secrets: [pem] },
    )
    const given = Buffer.from(headers[0]?.[1] ?? '', 'base64')
    expect(
      verify(
        'sha256',
        Buffer.from(`1741362026${JSON_BODY}`),
        createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })),
        given,
      ),
    ).toBe(true)
  })

  it('sends the secret itself, Basic credentials, and a second secret where a scheme wants the previous one', () => {
    const signed = signDelivery(
      [
        { scheme: 'static', headers: { 'X-Token': '{digest}' } },
        { scheme: 'basic', field: 'callbackAuth' },
        { ...HUB, key: { secret: 'previous' }, headers: { 'X-Second': '{digest}' } },
        { scheme: 'none' },
      ],
      {
        ...input,
        secrets: ['new', 'old'],
        fields: { callbackAuth: { username: 'Aladdin', password: 'open sesame' } },
      },
    )
    expect(signed.headers).toEqual([
      ['X-Token', 'new'],
      ['Authorization', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
      ['X-Second', createHmac('sha256', 'old').update(JSON_BODY).digest('hex')],
    ])
    expect(only({ scheme: 'basic', field: 'callbackAuth' }).headers).toEqual([])
    expect(only({ ...HUB, key: { secret: 'previous' } }, { secrets: ['new'] }).headers).toEqual([])
    expect(only({ scheme: 'none' }).signature).toBeNull()
  })

  it('refuses a secret that is no private key', () => {
    expect(() =>
      only({ scheme: 'ed25519', digest: 'hex', headers: { S: '{digest}' } }, { secrets: ['abc'] }),
    ).toThrow('Failed to sign: the secret is not a private key of this scheme.')
  })
})
