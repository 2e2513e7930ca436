import { generateKeyPairSync } from 'node:crypto'
import { Webhook as StandardVerifier } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../../src/core/json.ts'
import { createRandom } from '../../../../src/core/random.ts'
import { faultyRequest, planTransport } from '../../../../src/delivery/faults/apply.ts'
import { unregisteredAttempt } from '../../../../src/delivery/request.ts'
import { eventWith } from '../../../../src/event/compose.ts'
import { verifySignature } from '../../../../src/signature/verify.ts'
import type { Provider } from '../../../../src/spec/provider.ts'
import type { SignatureKeyword } from '../../../../src/spec/vocabulary.ts'
import { HUB, STANDARD, STRIPE_LIKE } from '../../signature/schemes.ts'
import { policy } from '../policies.ts'
import { ACME } from '../queue-setup.ts'
import { actionsOf } from './faults.ts'

const NOW = Date.parse('2026-10-12T14:32:15Z')
const pem = (pair: { privateKey: { export: (how: never) => unknown } }) =>
  String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' } as never))
const RSA = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const P256 = pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const ED = Buffer.alloc(32, 7).toString('base64')

const jwt = (algorithm: 'HS256' | 'RS256' | 'ES256' | 'EdDSA'): SignatureKeyword => ({
  scheme: 'jwt',
  algorithm,
  claim: 'body',
  headers: { 'X-Jwt': '{digest}' },
})
const SCHEMES: readonly (readonly [name: string, scheme: SignatureKeyword, secret: string])[] = [
  ['hmac of the body', HUB, 'it is a secret'],
  ['hmac with a time', STRIPE_LIKE, 'whsec_0123456789abcdef'],
  ['standard webhooks', STANDARD, `whsec_${Buffer.alloc(24, 5).toString('base64')}`],
  [
    'ed25519',
    {
      scheme: 'ed25519',
      digest: 'base64',
      headers: { S: '{digest}', T: '{timestamp}' },
      content: '{timestamp}{body}',
    },
    ED,
  ],
  [
    'ecdsa',
    {
      scheme: 'ecdsa-p256',
      digest: 'base64',
      headers: { S: '{digest}', T: '{timestamp}' },
      content: '{timestamp}{body}',
    },
    P256,
  ],
  ['jwt HS256', jwt('HS256'), 'shared'],
  ['jwt RS256', jwt('RS256'), RSA],
  ['jwt ES256', jwt('ES256'), P256],
  ['jwt EdDSA', jwt('EdDSA'), ED],
  [
    'a static token',
    { scheme: 'static', headers: { Authorization: 'Bearer {digest}' } },
    'tok_0123456789abcdeZ',
  ],
]
const BASIC: SignatureKeyword = { scheme: 'basic', field: 'auth' }

function request(
  wanted: readonly Json[],
  signature: readonly SignatureKeyword[],
  {
    secrets = ['whsec_one'],
    fields = {},
    schema,
    text = '{"type":"note.created","n":1}',
  }: { secrets?: readonly string[]; fields?: JsonObject; schema?: JsonObject; text?: string } = {},
) {
  const events = new Map(schema === undefined ? [] : [['note.created', { headers: [], signature, schema }]])
  const provider = {
    id: ACME,
    title: 'Acme',
    version: '1',
    events,
    signature,
    delivery: policy(),
    environment: null,
    environments: new Map(),
  } as unknown as Provider
  const rng = createRandom('7')
  const body = { encoding: 'utf8', text } as const
  const parts = { clock: { now: () => NOW, wall: () => NOW }, rng }
  const identity = { id: 'evt_9', occurredAt: NOW }
  const event = eventWith(parts, { provider, account: 'main' as never, type: 'note.created', body, identity })
  const receiver = { url: 'http://127.0.0.1:3000/hooks?a=1', secrets, fields }
  const facts = unregisteredAttempt(provider, event, receiver, parts)
  return faultyRequest({ provider, facts, signedAt: NOW }, actionsOf(...wanted), rng)
}

function verdict(
  built: ReturnType<typeof request>,
  signature: readonly SignatureKeyword[],
  secrets: readonly string[],
  fields: JsonObject = {},
) {
  return verifySignature({
    schemes: signature,
    headers: built.headers,
    body: built.body,
    url: built.url,
    method: 'POST',
    secrets,
    now: NOW,
    event: { id: 'evt_9', type: 'note.created' },
    fields,
  })
}

describe.each(SCHEMES)('%s', (_, scheme, secret) => {
  it('verifies where nothing went wrong', () => {
    expect(verdict(request([], [scheme], { secrets: [secret] }), [scheme], [secret])).toEqual({ ok: true })
  })

  it.each(['bad-signature', 'wrong-secret', 'missing-signature'])('%s does not verify', (name) => {
    const plain = request([], [scheme], { secrets: [secret] })
    const built = request([name], [scheme], { secrets: [secret] })
    expect([...built.effective].map((action) => action.name)).toEqual([name])
    const reason = name === 'missing-signature' ? 'missing-header' : 'mismatch'
    expect(verdict(built, [scheme], [secret])).toMatchObject({ ok: false, reason })
    if (name === 'missing-signature') return
    expect(built.headers.map(([header]) => header)).toEqual(plain.headers.map(([header]) => header))
    expect(built.body.equals(plain.body)).toBe(true)
  })

  it('alter-after-signing does not verify but where the body is not signed', () => {
    const built = request(['alter-after-signing'], [scheme], { secrets: [secret] })
    expect(built.body.toString()).toBe('{"type":"note.created","n":1,"altered":true}')
    expect(verdict(built, [scheme], [secret]).ok).toBe(scheme.scheme === 'static')
  })

  it('unknown-event-type verifies', () => {
    const built = request(['unknown-event-type'], [scheme], { secrets: [secret] })
    expect(built.body.toString()).toBe('{"type":"unknown.event","n":1}')
    expect(verdict(built, [scheme], [secret])).toEqual({ ok: true })
  })
})

describe('faultyRequest', () => {
  it('convinces or fails the verifier of Standard Webhooks, as it should', () => {
    const secret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`
    const verifies = (wanted: readonly Json[]) => {
      const built = request(wanted, [STANDARD], { secrets: [secret] })
      // It looks at the time by itself, so only the signature is compared.
      const [id, at] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
        (name) => built.headers.find(([header]) => header === name)?.[1] ?? '',
      )
      const given = built.headers.find(([header]) => header === 'webhook-signature')?.[1]
      return (
        new StandardVerifier(secret).sign(id ?? '', new Date(Number(at) * 1_000), built.body.toString()) ===
        given
      )
    }
    expect(verifies([])).toBe(true)
    expect(verifies(['extra-fields'])).toBe(true)
    for (const wanted of ['bad-signature', 'wrong-secret', 'reserialise', 'alter-after-signing'])
      expect(verifies([wanted]), wanted).toBe(false)
  })

  it('signs by none of several secrets where the secret is wrong', () => {
    const secrets = ['whsec_one', 'whsec_two']
    const built = request(['wrong-secret'], [STRIPE_LIKE], { secrets })
    expect(built.headers.find(([name]) => name === 'Acme-Signature')?.[1]).toMatch(/^t=\d+,v1=\w+,v1=\w+$/)
    expect(verdict(built, [STRIPE_LIKE], secrets)).toMatchObject({ ok: false, reason: 'mismatch' })
  })

  it('leaves credentials beside a signature alone, and changes them where they are all there is', () => {
    const fields = { auth: { username: 'me', password: 'pass1' } }
    const credentials = (built: ReturnType<typeof request>) =>
      Buffer.from(
        built.headers.find(([name]) => name === 'Authorization')?.[1]?.slice(6) ?? '',
        'base64',
      ).toString()
    for (const wanted of ['bad-signature', 'wrong-secret']) {
      expect(credentials(request([wanted], [HUB, BASIC], { fields }))).toBe('me:pass1')
      const alone = request([wanted], [BASIC], { fields })
      expect(credentials(alone)).toMatch(/^me:[a-z]{4}\d$/)
      expect(verdict(alone, [BASIC], [], fields)).toMatchObject({ ok: false, reason: 'mismatch' })
    }
    expect(request(['missing-signature'], [HUB, BASIC], { fields }).headers.map(([name]) => name)).toEqual([
      'Content-Type',
      'User-Agent',
    ])
  })

  it('removes what a scheme adds to the query', () => {
    const query: SignatureKeyword = { ...HUB, headers: {}, query: { sha: '{body_sha256}' } }
    expect(request([], [query]).url).toMatch(/\?a=1&sha=[0-9a-f]{64}$/)
    expect(request(['missing-signature'], [query]).url).toBe('http://127.0.0.1:3000/hooks?a=1')
  })

  it('does what comes first first, in whatever order it is asked for', () => {
    const wanted = [
      'reserialise',
      'bad-signature',
      { 'huge-body': '200b' },
      'extra-fields',
      'unknown-event-type',
    ]
    const built = request(wanted, [HUB])
    expect(JSON.parse(built.body.toString())).toMatchObject({
      type: 'unknown.event',
      undeclared: true,
    })
    // 200 bytes were signed; white space came after.
    expect(built.signature?.content).toHaveLength(200)
    expect([...built.effective].map(({ name }) => name)).toEqual([
      'unknown-event-type',
      'extra-fields',
      'huge-body',
      'bad-signature',
      'reserialise',
    ])
  })

  it('knows what changed nothing', () => {
    const wanted = ['bad-signature', 'wrong-secret', 'missing-signature', 'stale-timestamp']
    expect(request(wanted, [{ scheme: 'none' }]).effective.size).toBe(0)
    expect(request(['stale-timestamp'], [HUB]).effective.size).toBe(0)
    const stale = request([{ 'stale-timestamp': '10m' }], [STRIPE_LIKE])
    expect(stale.signedAt).toBe(NOW - 600_000)
    expect(verdict(stale, [STRIPE_LIKE], ['whsec_one'])).toMatchObject({ reason: 'stale-timestamp' })
  })

  it('puts an unknown type where the document has the type, whatever string stands there', () => {
    const filled = { 'x-mock-value': 'event.type' }
    const properties = { kind: { type: 'string', ...filled }, of: { properties: { number: filled } } }
    const built = request(['unknown-event-type'], [HUB], {
      schema: { type: 'object', properties },
      text: '{"kind":"NOTE","of":{"number":7}}',
    })
    expect(built.body.toString()).toBe('{"kind":"unknown.event","of":{"number":7}}')
  })

  it('is the same every time with a seed', () => {
    const wanted = ['wrong-secret', 'huge-body']
    expect(request(wanted, [HUB]).headers).toEqual(request(wanted, [HUB]).headers)
  })
})

describe('planTransport', () => {
  it('is null where nothing is about the way', () => {
    expect(planTransport(actionsOf('bad-signature', 'delay'))).toEqual({ plan: null, actions: [] })
  })

  it('joins what can be joined; of two that cannot, the first is taken', () => {
    const actions = actionsOf({ truncate: 0.2 }, 'reset-mid-body', { 'slow-body': '1s' }, { duplicate: 3 })
    expect(planTransport(actions)).toEqual({
      plan: { dropped: false, cut: { how: 'end', at: 0.2 }, overMs: 1_000, copies: 3, at: 'in-turn' },
      actions: actions.filter(({ name }) => name !== 'reset-mid-body'),
    })
  })
})
