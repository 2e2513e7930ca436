import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { signDelivery } from '../../../src/signature/sign.ts'
import { HUB, STRIPE_LIKE } from './schemes.ts'

interface Vector {
  readonly name: string
  readonly secret: string
  readonly body: string
  readonly signedAt?: number
  readonly headers: Readonly<Record<string, string>>
}

const folder = new URL('../../../fixtures/', import.meta.url)
const vectors = readdirSync(folder)
  .map((name) => new URL(`${name}/signatures.json`, folder))
  .filter((file) => existsSync(file))
  .flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as Vector[])
  .filter(({ headers }) => Object.values(headers).some((value) => /^(t=\d+,v1|sha256)=/.test(value)))

describe('the known answers of the fixtures', () => {
  it('are there', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(3)
  })

  it.each(vectors)('$name', ({ secret, body, signedAt = 0, headers: expected }) => {
    const [[name = '', value = ''] = []] = Object.entries(expected)
    const { join: _, ...timed } = STRIPE_LIKE
    const scheme = value.startsWith('t=')
      ? { ...timed, headers: { [name]: 't={timestamp},{signatures}' } }
      : { ...HUB, headers: { [name]: '{signatures}' } }
    const { headers } = signDelivery([scheme], {
      body: Buffer.from(body),
      url: 'https://example.be/',
      method: 'POST',
      event: { id: '', type: '' },
      secrets: [secret],
      fields: {},
      signedAt,
    })
    expect(Object.fromEntries(headers)).toEqual({ [name]: value })
  })
})
