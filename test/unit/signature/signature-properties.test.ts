import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LAST_INSTANT } from '../../../src/core/clock.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { schemeName } from '../../../src/signature/algorithms.ts'
import { type SignInput, signDelivery } from '../../../src/signature/sign.ts'
import { verifySignature } from '../../../src/signature/verify.ts'
import { loadProviders } from '../../../src/spec/load.ts'
import type { SignatureKeyword } from '../../../src/spec/vocabulary.ts'
import { STANDARD, STRIPE_LIKE } from './schemes.ts'

const ED25519: SignatureKeyword = {
  ...STANDARD,
  scheme: 'ed25519',
  key: { prefix: 'whsk_' },
  item: 'v1a,{digest}',
}

const shipped = (await loadProviders()).flatMap(({ id, signature, events }) =>
  [signature, ...[...events.values()].map((event) => event.signature)].map(
    (schemes) => [`${id}: ${schemes.map(schemeName).join(' and ')}`, schemes] as const,
  ),
)

/** What shipped documents declare, each once, and some that documents of one's own may. */
const SCHEMES: readonly (readonly [name: string, schemes: readonly SignatureKeyword[]])[] = [
  ...new Map(shipped),
  ['a time and a digest', [STRIPE_LIKE]],
  ['Standard Webhooks', [STANDARD]],
  ['Standard Webhooks with Ed25519', [ED25519]],
]

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

/** Of two secrets, the second differs from the first in one character or byte. */
function twoSecrets([scheme]: readonly SignatureKeyword[]): fc.Arbitrary<readonly [string, string]> {
  if (scheme?.scheme === 'static') return twoTexts(latin1)
  if (scheme !== undefined && 'key' in scheme && scheme.key?.prefix !== undefined) {
    const write = (key: Uint8Array) => `${scheme.key?.prefix}${Buffer.from(key).toString('base64')}`
    return fc.tuple(bytes(32), fc.nat(31), fc.integer({ min: 1, max: 255 })).map(([key, at, flip]) => {
      return [write(key), write(key.map((byte, i) => (i === at ? byte ^ flip : byte)))] as const
    })
  }
  return twoTexts(fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }))
}

/** What HTTP carries in a header, and leaves as it is. */
const latin1 = fc
  .string({
    unit: fc.oneof(
      fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      fc.integer({ min: 0x80, max: 0xff }).map((code) => String.fromCharCode(code)),
      // White space to JavaScript, and none to HTTP.
      fc.constant('\u00a0'),
    ),
    minLength: 1,
  })
  .filter((text) => !/^ | $/.test(text))

function twoTexts(texts: fc.Arbitrary<string>): fc.Arbitrary<readonly [string, string]> {
  return fc.tuple(texts, fc.nat()).map(([text, place]) => {
    const characters = [...text]
    const at = place % characters.length
    const other = characters[at] === 'x' ? 'y' : 'x'
    return [text, characters.map((one, i) => (i === at ? other : one)).join('')]
  })
}

const delivery = (schemes: readonly SignatureKeyword[]) =>
  fc.record({
    body: fc.uint8Array({ maxLength: 200 }),
    signedAt: fc.oneof(fc.integer({ min: 0, max: LAST_INSTANT }), fc.constantFrom(0, 999, LAST_INSTANT)),
    secrets: twoSecrets(schemes),
    id: fc.stringMatching(/^[\w-]{1,40}$/),
    fields: fc.record(
      { callbackAuth: fc.record({ username: fc.string(), password: fc.string() }) },
      { requiredKeys: [] },
    ),
  })

const RECEIVER = { url: 'https://example.be/hooks?a=b', method: 'POST' }

interface Sent {
  readonly body: Uint8Array
  readonly signedAt: number
  readonly secrets: readonly [string, string]
  readonly id: string
  readonly fields: JsonObject
}

function sign(schemes: readonly SignatureKeyword[], { body, signedAt, secrets, id, fields }: Sent) {
  const input: SignInput = {
    ...RECEIVER,
    body,
    event: { id, type: 'a.b' },
    secrets: secrets.slice(0, 1),
    fields,
    signedAt,
  }
  const { headers, url } = signDelivery(schemes, input)
  const arrived = {
    ...RECEIVER,
    schemes,
    headers,
    url,
    body,
    secrets: secrets.slice(0, 1),
    fields,
    now: signedAt,
  }
  return (changed: Partial<typeof arrived> = {}) => verifySignature({ ...arrived, ...changed })
}

const ages = fc.oneof(
  fc.integer({ min: -400_000, max: 400_000 }),
  fc.constantFrom(300_000, 300_001, 300_999, -300_000, -300_001, -300_999),
)

/** A test that some schemes leave out says why in its title. */
const titleOf = (title: string, isRun: boolean, why: string) => (isRun ? title : `${title} (not run: ${why})`)

describe.each(SCHEMES)('%s', (_, schemes) => {
  const any = delivery(schemes)
  const [scheme] = schemes
  const signsBody = scheme?.scheme !== 'static'
  // Key pairs take their time.
  const numRuns = scheme?.scheme === 'ed25519' ? 8 : 40

  it('is valid for any body, secret and time', () => {
    fc.assert(
      fc.property(any, (sent) => {
        expect(sign(schemes, sent)()).toEqual({ ok: true })
      }),
      { numRuns },
    )
  })

  it('is invalid with another secret', () => {
    fc.assert(
      fc.property(any, (sent) => {
        expect(sign(schemes, sent)({ secrets: sent.secrets.slice(1) })).toMatchObject({ reason: 'mismatch' })
      }),
      { numRuns },
    )
  })

  it.runIf(signsBody)(
    titleOf(
      'is invalid for a body with one byte more, less or other',
      signsBody,
      'it does not sign the body',
    ),
    () => {
      const change = fc.tuple(
        fc.constantFrom('more', 'less', 'other'),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
      )
      fc.assert(
        fc.property(any, change, (sent, [how, place, flip]) => {
          const at = place % (sent.body.length + (how === 'more' ? 1 : 0))
          fc.pre(!Number.isNaN(at))
          const body = [...sent.body]
          if (how === 'more') body.splice(at, 0, flip)
          else if (how === 'less') body.splice(at, 1)
          else body.splice(at, 1, (sent.body[at] ?? 0) ^ flip)
          const verdict = sign(schemes, sent)({ body: Uint8Array.from(body) })
          expect(verdict).toMatchObject({ reason: 'mismatch' })
        }),
        { numRuns },
      )
    },
  )

  it.runIf(scheme?.scheme !== 'ed25519')(
    titleOf(
      'is invalid with one other character in a header',
      scheme?.scheme !== 'ed25519',
      'base64 has several spellings of its last character',
    ),
    () => {
      fc.assert(
        fc.property(any, fc.nat(), fc.nat(), latin1, (sent, which, place, [other = 'x']) => {
          const { headers } = signDelivery(schemes, {
            ...RECEIVER,
            ...sent,
            event: { id: sent.id, type: 'a.b' },
            secrets: sent.secrets.slice(0, 1),
          })
          const line = which % headers.length
          const [name, value] = headers[line] ?? ['', '']
          const at = place % value.length
          fc.pre(value[at] !== other)
          const changed = value.slice(0, at) + other + value.slice(at + 1)
          // RFC 9110, section 11.1: the name of an authentication scheme has no case.
          fc.pre(!(/^Basic /i.test(value) && changed.toLowerCase() === value.toLowerCase()))
          const verdict = sign(
            schemes,
            sent,
          )({
            headers: headers.map((one, i) => (i === line ? [name, changed] : one)),
          })
          expect(verdict.ok).toBe(false)
        }),
        { numRuns },
      )
    },
  )

  const rule = scheme !== undefined && 'verify' in scheme ? scheme.verify : undefined
  it.runIf(rule?.tolerance !== undefined)(
    titleOf(
      'is valid within its tolerance and stale outside of it',
      rule?.tolerance !== undefined,
      'it has no tolerance',
    ),
    () => {
      expect(rule?.tolerance).toBe('300s')
      fc.assert(
        fc.property(any, ages, (sent, age) => {
          // The header has whole seconds.
          const at = Math.floor(sent.signedAt / 1000) * 1000
          const isOld = age > 300_000
          const isAhead = rule?.direction !== 'past' && age < -300_000
          expect(sign(schemes, sent)({ now: at + age })).toMatchObject(
            isOld || isAhead ? { ok: false, reason: 'stale-timestamp' } : { ok: true },
          )
        }),
        { numRuns },
      )
    },
  )
})
