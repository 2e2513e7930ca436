import { describe, expect, it } from 'vitest'
import { hostAllowed, originAllowed } from '../../../src/control/guard.ts'

describe('the Host header', () => {
  const settings = { host: '192.168.1.5', serverNames: ['mock', 'fe80::1'] }

  it.each([
    'localhost',
    'LOCALHOST:4010',
    'a.localhost:1',
    '127.0.0.1:4010',
    '127.9.9.9',
    '[::1]:4010',
    '192.168.1.5:4010',
    'mock:4010',
    'Mock.',
    '[fe80::1]:4010',
  ])('%s is let in', (host) => {
    expect(hostAllowed(host, settings)).toBe(true)
  })

  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example:127',
    'notlocalhost',
    '192.168.1.6',
    'localhost@evil.example',
    '[::2]',
    'mock:x',
  ])('%s is not', (host) => {
    expect(hostAllowed(host, settings)).toBe(false)
  })
})

describe('a request from a browser', () => {
  const host = '127.0.0.1:4010'
  it.each([
    ['POST', {}, true],
    ['POST', { origin: 'http://127.0.0.1:4010' }, true],
    ['POST', { origin: 'http://127.0.0.1:4010', 'sec-fetch-site': 'same-origin' }, true],
    ['GET', { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' }, true],
    ['POST', { origin: 'http://evil.example' }, false],
    ['POST', { origin: 'https://127.0.0.1:4010' }, false],
    ['POST', { origin: 'http://127.0.0.1:3000' }, false],
    ['POST', { origin: 'null' }, false],
    ['PUT', { 'sec-fetch-site': 'cross-site' }, false],
    ['DELETE', { 'sec-fetch-site': 'same-site' }, false],
  ])('%s %j: %s', (method, headers, allowed) => {
    expect(originAllowed(method, { host, ...headers })).toBe(allowed)
  })
})
