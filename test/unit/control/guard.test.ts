import { describe, expect, it } from 'vitest'
import { hostCheck, originAllowed } from '../../../src/control/guard.ts'

describe('the Host header', () => {
  const settings = { host: '192.168.1.5', serverNames: ['mock', 'fe80::1', 'bücher.test', 'other:80'] }

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
    'tsanet.localhost:9999',
    '127.1:4010',
    '0x7f.1',
    '[::ffff:127.0.0.1]',
    'LocalHost.:4010',
    'localhost:',
    'xn--bcher-kva.test',
    'other:4010',
  ])('%s is let in', (host) => {
    expect(hostCheck(settings)(host)).toBe(true)
  })

  it.each([
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
    'localhost:99999',
    'user@localhost',
    'localhost#@evil.example',
    'localhost/..',
    'localhost, evil.example',
    '[::1%25lo]',
    '::1]',
    'localhost..',
    'l\u00f6calhost',
    '0.0.0.0',
  ])('%s is not', (host) => {
    expect(hostCheck(settings)(host)).toBe(false)
  })
})

it('knows every address, and no other name, where the mock listens on all addresses', () => {
  for (const host of ['0.0.0.0', '::', '[::]']) {
    const settings = { host, serverNames: [] }
    const known = ['192.168.1.5:4010', '[2001:db8::1]', '0.0.0.0'].filter((one) => hostCheck(settings)(one))
    expect(known).toHaveLength(3)
    expect(hostCheck(settings)('mock:4010')).toBe(false)
  }
})

it.each(['', 'http://mock', 'mock/', 'a b', '*.test', 'mock:x', 'user@mock'])(
  'a server name "%s" is refused at the start',
  (name) => {
    expect(() => hostCheck({ host: '127.0.0.1', serverNames: ['mock', name] })).toThrow(
      `Failed to read the server names: "${name}" is no host.`,
    )
  },
)

it('knows the address of a bound host with a zone', () => {
  expect(hostCheck({ host: 'fe80::1%eth0', serverNames: [] })('[fe80::1]:4010')).toBe(true)
})

describe('a request from a browser', () => {
  const host = '127.0.0.1:4010'
  it.each([
    ['POST', {}, true],
    ['POST', { origin: 'http://127.0.0.1:4010' }, true],
    ['POST', { origin: 'http://127.0.0.1:4010', 'sec-fetch-site': 'same-origin' }, true],
    ['GET', { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' }, true],
    ['POST', { origin: 'http://localhost:5173', 'sec-fetch-site': 'same-origin' }, true],
    ['POST', { 'sec-fetch-site': 'none' }, true],
    ['POST', { origin: 'http://127.0.0.1:4010', 'sec-fetch-site': 'cross-site' }, false],
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
