import { describe, expect, it } from 'vitest'
import { sentRequest } from '../../../src/api/request-log.ts'

const KEY = { scheme: 'key', header: 'X-API-Key', prefix: '' }
const request = (bytes: Uint8Array, headers = {}) => ({ method: 'POST', path: '/p?q', headers, bytes })

describe('a request that is kept', () => {
  it('has no credentials', () => {
    const headers = { 'x-api-key': 'k', authorization: 'Bearer s', cookie: 'c', accept: '*/*' }
    expect(sentRequest(request(Buffer.from('{}'), headers), [KEY])).toEqual({
      method: 'POST',
      path: '/p?q',
      headers: { accept: '*/*' },
      body: { encoding: 'utf8', text: '{}' },
      truncated: false,
    })
  })

  it('has the first 64 KiB of its body, cut where a character begins', () => {
    const limit = 64 * 1024
    const whole = sentRequest(request(Buffer.alloc(limit, 'a')), [])
    expect([whole.truncated, whole.body.text.length]).toEqual([false, limit])
    const { truncated, body } = sentRequest(request(Buffer.from(`${'a'.repeat(limit - 1)}€`)), [])
    expect([truncated, body.encoding, body.text.length]).toEqual([true, 'utf8', limit - 1])
    expect(sentRequest(request(Buffer.from([0xff, 0xfe])), []).body).toEqual({
      encoding: 'base64',
      text: '//4=',
    })
  })
})
