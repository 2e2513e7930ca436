import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/core/random.ts'
import { secretLike } from '../../../src/signature/keys.ts'

describe('secretLike', () => {
  it.each(['whsec_ab12', 'wh_live_0123456789abcdef', 'S3cret!', '-', 'x', 'ffff'])('%s', (secret) => {
    const other = secretLike(secret, createRandom('1'))
    expect(other).not.toBe(secret)
    expect(
      other
        .replaceAll(/[a-z]/g, 'a')
        .replaceAll(/[A-Z]/g, 'A')
        .replaceAll(/\d/g, '0')
        .slice(0, secret.length),
    ).toBe(secret.replaceAll(/[a-z]/g, 'a').replaceAll(/[A-Z]/g, 'A').replaceAll(/\d/g, '0'))
    expect(other).toBe(secretLike(secret, createRandom('1')))
  })

  it('stays hexadecimal, and keeps what stands before the last underscore', () => {
    expect(secretLike('wh_live_0123456789abcdef', createRandom('2'))).toMatch(/^wh_live_[0-9a-f]{16}$/)
  })
})
