import { createHmac, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { signDelivery } from '../../../src/signature/sign.ts'
import type { VerifyInput } from '../../../src/signature/verify.ts'
import { verifySignature } from '../../../src/signature/verify.ts'
import type { SignatureKeyword } from '../../../src/spec/vocabulary.ts'
import { HUB, JSON_BODY, STANDARD, STRIPE_LIKE } from './schemes.ts'

const NOW = 1_741_362_026_000
const SECRET = 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0'

function judged(
  schemes: readonly SignatureKeyword[],
  more: Partial<VerifyInput> & { signedAt?: number; sent?: string; secret?: string } = {},
) {
  const { signedAt = NOW, sent = JSON_BODY, secret = SECRET, ...input } = more
  const base = { url: 'https://example.be/hooks', method: 'POST' }
  const { headers, url } = signDelivery(schemes, {
    ...base,
    body: Buffer.from(sent),
    event: { id: 'e', type: 't' },
    secrets: [secret],
    fields: {},
    signedAt,
  })
  return verifySignature({
    schemes,
    headers,
    body: Buffer.from(JSON_BODY),
    ...base,
    url,
    secrets: [SECRET],
    now: NOW,
    ...input,
  })
}
const hub = (text: string, key: string | Buffer = SECRET, hash = 'sha256') =>
  createHmac(hash, key).update(text).digest('hex')
const likeliest = (
  headers: Record<string, string>,
  body = JSON_BODY,
  schemes: readonly SignatureKeyword[] = [HUB],
  url = 'https://example.be/hooks',
) => {
  const verdict = verifySignature({
    schemes,
    headers,
    body: Buffer.from(body),
    url,
    method: 'POST',
    secrets: [SECRET],
    now: NOW,
  })
  return verdict.ok ? 'ok' : `${verdict.reason}: ${verdict.likeliest}`
}

describe('a delivery with many headers', () => {
  it.each([
    ['none of which is signed', (i: number) => ['X-Other', `${i}`]],
    ['each of which could be the signature', (i: number) => ['X-Other', `sha256=${i}`]],
  ])('takes work that grows with them: %s', (_, line) => {
    const looks = (count: number) => {
      let seen = 0
      const headers = Array.from({ length: count }, (_, i) => {
        const [name = '', value = ''] = line(i)
        return new Proxy([name, value] as const, {
          get(target, key) {
            seen++
            return Reflect.get(target, key) as unknown
          },
        })
      })
      const verdict = verifySignature({
        schemes: [HUB],
        headers,
        body: Buffer.from(JSON_BODY),
        url: 'https://example.be/hooks',
        method: 'POST',
        secrets: [SECRET],
        now: NOW,
      })
      expect(verdict).toMatchObject({ ok: false, reason: 'missing-header' })
      return seen
    }
    expect(looks(800) / looks(200)).toBeLessThan(5)
  })
})

describe('verifySignature', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const seed = Buffer.alloc(32, 7).toString('base64')
  const PAIRS: readonly [SignatureKeyword, string][] = [
    [
      {
        scheme: 'ed25519',
        key: { prefix: 'whsk_' },
        digest: 'base64',
        item: 'v1a,{digest}',
        join: ' ',
        content: '{id}.{timestamp}.{body}',
        headers: {
          'webhook-id': '{id}',
          'webhook-timestamp': '{timestamp}',
          'webhook-signature': '{signatures}',
        },
      },
      `whsk_${seed}`,
    ],
    [
      {
        scheme: 'ecdsa-p256',
        digest: 'base64',
        content: '{timestamp}{body}',
        headers: { S: '{digest}', T: '{timestamp}' },
      },
      pem,
    ],
    [{ scheme: 'jwt', algorithm: 'ES256', claim: 'request_body_sha256', headers: { V: '{digest}' } }, pem],
    [
      {
        scheme: 'jwt',
        algorithm: 'HS256',
        claim: 'request_body_sha256',
        digest: 'base64',
        headers: { V: '{digest}' },
      },
      'shared',
    ],
    [{ scheme: 'static', headers: { 'X-Token': 'Token {digest}' } }, 'tok'],
  ]

  it.each([[HUB], [STRIPE_LIKE], [STANDARD]])('accepts what was signed, and nothing else', (scheme) => {
    expect(judged([scheme])).toEqual({ ok: true })
    expect(judged([scheme], { sent: '{}' })).toMatchObject({ ok: false, reason: 'mismatch' })
    expect(judged([scheme], { secret: 'whsec_b3RoZXI=' })).toMatchObject({ ok: false, reason: 'mismatch' })
  })

  it.each(PAIRS)('accepts %o and nothing else', (scheme, secret) => {
    expect(judged([scheme], { secret, secrets: [secret] })).toEqual({ ok: true })
    expect(judged([scheme], { secret, secrets: [secret === pem ? 'x' : 'ot-her'] })).toMatchObject({
      ok: false,
      reason: 'mismatch',
    })
    if (scheme.scheme !== 'static')
      expect(judged([scheme], { secret, secrets: [secret], sent: '{}' })).toMatchObject({
        ok: false,
        reason: 'mismatch',
      })
  })

  it('accepts any of several secrets, among signatures of several', () => {
    expect(judged([STRIPE_LIKE], { secrets: ['other', SECRET] })).toEqual({ ok: true })
  })

  it('checks the age by the provider’s own tolerance', () => {
    expect(judged([STRIPE_LIKE], { signedAt: NOW - 300_000 })).toEqual({ ok: true })
    expect(judged([STRIPE_LIKE], { signedAt: NOW - 301_000 })).toEqual({
      ok: false,
      reason: 'stale-timestamp',
      likeliest:
        'The signature is right, but its timestamp is 5m1s old and only 5m are allowed: a clock is wrong, or it was sent again later.',
    })
    expect(judged([STRIPE_LIKE], { signedAt: NOW + 900_000 })).toEqual({ ok: true })
    expect(judged([STANDARD], { signedAt: NOW + 900_000 })).toMatchObject({ reason: 'stale-timestamp' })
  })

  it('knows a parameter of the URL that does not fit the body', () => {
    const scheme: SignatureKeyword = {
      scheme: 'hmac',
      hash: 'sha1',
      digest: 'base64',
      content: '{url}',
      query: { bodySHA256: '{body_sha256}' },
      headers: { S: '{digest}' },
    }
    expect(judged([scheme])).toEqual({ ok: true })
    expect(judged([scheme], { sent: '{}' })).toEqual({
      ok: false,
      reason: 'mismatch',
      likeliest:
        'The parameter bodySHA256 of the URL does not fit the body: the body was changed, or written again.',
    })
  })

  it('verifies Basic credentials', () => {
    const input = {
      schemes: [{ scheme: 'basic', field: 'auth' }] as const,
      body: Buffer.from(''),
      url: 'http://x',
      method: 'POST',
      secrets: [],
      now: NOW,
      fields: { auth: { username: 'u', password: 'p' } },
    }
    expect(verifySignature({ ...input, headers: { authorization: 'Basic dTpw' } })).toEqual({ ok: true })
    expect(verifySignature({ ...input, headers: { authorization: 'Basic dTpx' } })).toMatchObject({
      reason: 'mismatch',
    })
    expect(verifySignature({ ...input, headers: {} })).toMatchObject({ reason: 'missing-header' })
  })

  it.each<[string, () => string, string]>([
    [
      'no header',
      () => likeliest({}),
      'missing-header: The header X-Hub-Signature-256 is missing. No header arrived at all.',
    ],
    [
      'a like header',
      () => likeliest({ 'x-hub-signature': 'a' }),
      'missing-header: The header X-Hub-Signature-256 is missing. Did you mean "x-hub-signature"?',
    ],
    [
      'another form',
      () => likeliest({ 'X-Hub-Signature-256': 'junk' }),
      'malformed-header: The header X-Hub-Signature-256 is "junk" and should look like sha256=<digest>.',
    ],
    [
      'no prefix',
      () => likeliest({ 'X-Hub-Signature-256': hub(JSON_BODY) }),
      'malformed-header: The digest in X-Hub-Signature-256 is right, but the header should look like sha256=<digest>.',
    ],
    [
      'a bad timestamp',
      () => likeliest({ 'Acme-Signature': 't=abc,v1=00' }, JSON_BODY, [STRIPE_LIKE]),
      'malformed-header: The timestamp "abc" is none: it should be a count of seconds.',
    ],
    [
      'upper case',
      () => likeliest({ 'X-Hub-Signature-256': `sha256=${hub(JSON_BODY).toUpperCase()}` }),
      'mismatch: The digest is right but in upper-case hex; this scheme writes lower case.',
    ],
    [
      'base64',
      () =>
        likeliest({
          'X-Hub-Signature-256': `sha256=${Buffer.from(hub(JSON_BODY), 'hex').toString('base64')}`,
        }),
      'mismatch: The digest is right but written in base64; this scheme writes hex.',
    ],
    [
      're-serialised, compact',
      () => likeliest({ 'X-Hub-Signature-256': `sha256=${hub('{"a":1}')}` }, '{ "a": 1 }'),
      'mismatch: The signature fits this body written again as compact JSON: it was parsed and re-serialised; verify the raw bytes, before anything parses them.',
    ],
    [
      're-serialised, pretty',
      () => likeliest({ 'X-Hub-Signature-256': `sha256=${hub('{\n  "a": 1\n}')}` }, '{"a":1}'),
      'mismatch: The signature fits this body written again as JSON indented by two spaces: it was parsed and re-serialised; verify the raw bytes, before anything parses them.',
    ],
    [
      'a line end too many',
      () => likeliest({ 'X-Hub-Signature-256': `sha256=${hub('{"a":1}')}` }, '{"a":1}\n'),
      'mismatch: The signature fits this body without the line end after it: something added one.',
    ],
    [
      'sha1',
      () => likeliest({ 'X-Hub-Signature-256': `sha256=${hub(JSON_BODY, SECRET, 'sha1')}` }),
      'mismatch: The signature fits sha1; this scheme uses sha256.',
    ],
    [
      'the key without its prefix',
      () => likeliest({ 'X-Hub-Signature-256': `sha256=${hub(JSON_BODY, SECRET.slice(6))}` }),
      'mismatch: The signature fits the secret as text without its prefix whsec_ as the key; this scheme takes the whole secret as text.',
    ],
    [
      'the key decoded',
      () =>
        likeliest({
          'X-Hub-Signature-256': `sha256=${hub(JSON_BODY, Buffer.from(SECRET.slice(6), 'base64'))}`,
        }),
      'mismatch: The signature fits the secret decoded from base64 after its prefix whsec_ as the key; this scheme takes the whole secret as text.',
    ],
    [
      'the body alone',
      () => likeliest({ 'Acme-Signature': `t=1741362026,v1=${hub(JSON_BODY)}` }, JSON_BODY, [STRIPE_LIKE]),
      'mismatch: The signature fits the text {body}; this scheme signs {timestamp}.{body}.',
    ],
    [
      'two causes',
      () => likeliest({ 'X-Hub-Signature-256': `sha256=${hub('{"a":1}', SECRET, 'sha1')}` }, '{"a":1}\n'),
      'mismatch: Two things at once: The signature fits this body without the line end after it: something added one. The signature fits sha1; this scheme uses sha256.',
    ],
    [
      'the URL behind a proxy',
      () =>
        likeliest(
          { S: createHmac('sha256', SECRET).update(`https://example.be/hooks${JSON_BODY}`).digest('base64') },
          JSON_BODY,
          [
            {
              ...HUB,
              digest: 'base64',
              item: '{digest}',
              content: '{url}{body}',
              headers: { S: '{digest}' },
            },
          ],
          'http://example.be/hooks',
        ),
      'mismatch: The signature fits the URL https://example.be/hooks, which has another scheme, http or https: behind a proxy, take the public URL.',
    ],
    [
      'another secret',
      () => likeliest({ 'X-Hub-Signature-256': `sha256=${hub(JSON_BODY, 'other')}` }),
      'mismatch: None of the usual causes fits: the secret is probably another one, or the body was changed on its way.',
    ],
  ])('explains %s', (_, found, expected) => {
    expect(found()).toBe(expected)
  })
})
