import { beforeAll, describe, expect, it } from 'vitest'
import { readCaptures } from '../../../src/capture/read.ts'
import { verifyCapture } from '../../../src/capture/verify.ts'
import { type Contract, loadContract } from '../../../src/contract/contract.ts'
import { shippedProviders } from '../../../src/spec/shipped.ts'
import { type Delivered, deliveredEvents, rawRequest } from './delivered.ts'
import { contractPlants } from './plants.ts'

const HOUR = 3_600_000

describe.each(shippedProviders().map(({ id }) => id))('deliveries of %s', (id) => {
  let contract: Contract
  let all: readonly Delivered[]
  beforeAll(async () => {
    contract = await loadContract()
    all = await deliveredEvents(id)
  })
  const judge = ({ provider, type, secret, capture }: Delivered, options: object = {}) =>
    verifyCapture(contract, provider, capture, {
      event: type.type,
      secret,
      ...options,
    })

  it('hold as they were delivered, and nothing is said of them', () => {
    expect(all.length).toBeGreaterThan(0)
    for (const one of all)
      for (const options of [{}, { event: undefined }]) {
        const judgement = judge(one, options)
        const { ok, event, differences, signature, notes } = judgement
        expect({ ok, type: event.type, recognised: event.recognised, differences, signature, notes }).toEqual(
          {
            ok: true,
            type: one.type.type,
            recognised: true,
            differences: [],
            signature: { ok: true },
            notes: [],
          },
        )
      }
  })

  it('hold when they are read from a raw dump', () => {
    for (const one of all) {
      const [capture] = readCaptures(rawRequest(one.capture))
      expect(capture).toEqual({ ...one.capture, at: null })
    }
  })

  it('have every planted difference found, and no other invented', () => {
    const wrong: string[] = []
    let count = 0
    for (const one of all)
      for (const { name, capture, location, message } of contractPlants(one)) {
        count++
        const { ok, differences } = judge({ ...one, capture })
        const found = differences.some((found) => found.location === location && message.test(found.message))
        const invented = differences.filter((found) => found.location !== location)
        if (ok || !found || invented.length > 0)
          wrong.push(`${one.type.type}: ${name}: ${JSON.stringify(differences)}`)
      }
    expect(wrong).toEqual([])
    expect(count).toBeGreaterThan(all.length * 8)
  })

  it('say which event type they are not of, and compare with the nearest', () => {
    for (const one of all) {
      const text = one.capture.body.toString('utf8')
      const body = Buffer.from(text.replaceAll(one.type.type, `${one.type.type}x`))
      const headers = one.capture.headers.map(
        ([name, value]) => [name, value.replaceAll(one.type.type, `${one.type.type}x`)] as const,
      )
      const { ok, event, differences } = judge(
        { ...one, capture: { ...one.capture, headers, body } },
        { event: undefined },
      )
      // Where there is only one, it can be no other.
      const isOnly = one.provider.events.size === 1
      expect({ ok, recognised: event.recognised, type: event.type }).toEqual({
        ok: false,
        recognised: isOnly,
        type: one.type.type,
      })
      if (isOnly) continue
      expect(differences[0]?.location).toBe('event')
      expect(differences[0]?.message).toMatch(/^is none of .*; compared with the nearest, /)
    }
  })

  it('have a wrong secret refused', () => {
    for (const one of all) {
      const { ok, signature, differences } = judge({ ...one, secret: `${one.secret}x` })
      expect({ ok, signature, differences }).toEqual({
        ok: false,
        signature: { ok: false, reason: 'mismatch', likeliest: expect.stringMatching(/secret|token/) },
        differences: [],
      })
    }
  })

  it('have their signature found under another name', () => {
    for (const one of all) {
      const names = one.provider.signature.flatMap((scheme) =>
        'headers' in scheme ? Object.keys(scheme.headers) : [],
      )
      for (const missing of names) {
        const headers = one.capture.headers.map(
          ([name, value]) =>
            [name.toLowerCase() === missing.toLowerCase() ? 'X-Other' : name, value] as const,
        )
        const { signature } = judge({ ...one, capture: { ...one.capture, headers } })
        expect(signature).toEqual({
          ok: false,
          reason: 'missing-header',
          likeliest: `The header ${missing} is missing; what belongs there is in X-Other.`,
        })
      }
      expect(names.length).toBeGreaterThan(0)
    }
  })

  it('are recognised behind a byte order mark', () => {
    for (const one of all) {
      const body = Buffer.concat([Buffer.from('\ufeff'), one.capture.body])
      const { event } = judge({ ...one, capture: { ...one.capture, body } }, { event: undefined })
      expect(event).toMatchObject({ recognised: true, type: one.type.type })
    }
  })

  it('have changed bytes refused where the scheme signs the body, with the likeliest reason', () => {
    for (const one of all) {
      const { signature } = one.provider
      const signs = signature.some((scheme) => 'content' in scheme && scheme.content?.includes('{body}'))
      const text = one.capture.body.toString('utf8')
      const changes: readonly (readonly [string, RegExp])[] = [
        [text.replace(/"20(\d\d)-/, '"21$1-'), /secret is probably another/],
        [JSON.stringify(JSON.parse(text), null, 2), /written again as compact JSON/],
        [`${text}\n`, /without the line end after it/],
      ]
      for (const [changed, reason] of changes) {
        expect(changed).not.toBe(text)
        const judged = judge({ ...one, capture: { ...one.capture, body: Buffer.from(changed) } })
        expect(judged.differences).toEqual([])
        expect(judged.signature).toEqual(
          signs ? { ok: false, reason: 'mismatch', likeliest: expect.stringMatching(reason) } : { ok: true },
        )
        expect(judged.ok).toBe(!signs)
      }
    }
  })

  it('are too old where the scheme has a tolerance, unless told otherwise', () => {
    for (const one of all) {
      const bounded = one.provider.signature.some((scheme) => 'verify' in scheme && scheme.verify?.tolerance)
      const at = (one.capture.at ?? 0) + HOUR
      const late = judge(one, { at })
      expect(late.ok).toBe(!bounded)
      if (bounded)
        expect(late.signature).toEqual({
          ok: false,
          reason: 'stale-timestamp',
          likeliest: expect.stringMatching(/^The signature is right, but its timestamp is 1h\S* old/),
        })
      expect(judge(one, { at, ignoreAge: true }).ok).toBe(true)
      // What carries its own time is judged as of then, however long ago that was.
      expect(judge(one, { now: at }).ok).toBe(true)
      expect(judge({ ...one, capture: { ...one.capture, at: null } }, { now: at }).ok).toBe(!bounded)
    }
  })

  it('are not called unsigned when no secret was given', () => {
    for (const one of all) {
      const { ok, signature, notes } = judge(one, { secret: [] })
      expect({ ok, signature, notes }).toEqual({
        ok: true,
        signature: null,
        notes: ['The signature was not verified: no secret was given.'],
      })
    }
  })
})
