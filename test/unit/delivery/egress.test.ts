import { describe, expect, it } from 'vitest'
import { createEgress, type EgressSettings, type Resolve } from '../../../src/delivery/egress.ts'

const settings = (more: Partial<EgressSettings> = {}): EgressSettings => ({
  allowHosts: [],
  forward: [],
  trusted: [],
  ...more,
})
const route = (url: string, more?: Partial<EgressSettings>) => {
  const found = createEgress(settings(more)).route(new URL(url))
  return found.kind === 'open' ? found.sentTo.href : found.error
}
const look = (url: string, addresses: readonly string[] | Error, more?: Partial<EgressSettings>) => {
  const resolve: Resolve = async () => {
    if (addresses instanceof Error) throw addresses
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
  const { lookup } = createEgress(settings(more), resolve)
  return new Promise((done) =>
    lookup(new URL(url))(new URL(url).hostname, { all: true }, (error, found) =>
      done(error?.message ?? (found as { address: string }[]).map(({ address }) => address)),
    ),
  )
}

describe('route', () => {
  it.each([
    ['http://127.0.0.1:3000/a?b', 'http://127.0.0.1:3000/a?b'],
    ['http://127.9.9.9/', 'http://127.9.9.9/'],
    ['http://[::1]:3000/', 'http://[::1]:3000/'],
    ['http://0x7f.1/', 'http://127.0.0.1/'],
    ['http://2130706433/', 'http://127.0.0.1/'],
    ['http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]/'],
    ['http://localhost:3000/', 'http://localhost:3000/'],
    ['http://8.8.8.8/', '8.8.8.8 is not loopback'],
    ['http://0.0.0.0/', '0.0.0.0 is not loopback'],
    ['http://[::]/', ':: is not loopback'],
    ['http://[::ffff:8.8.8.8]/', '::ffff:808:808 is not loopback'],
    ['http://010.8.8.8/', '8.8.8.8 is not loopback'],
    ['http://192.168.1.5/', '192.168.1.5 is not loopback'],
    ['ftp://127.0.0.1/', 'ftp: is neither http nor https'],
  ])('%s', (url, expected) => {
    expect(route(url)).toBe(expected)
  })

  it('names the flag that would let it through', () => {
    expect(createEgress(settings()).route(new URL('https://8.8.8.8:444/x'))).toEqual({
      kind: 'blocked',
      error: '8.8.8.8 is not loopback',
      hint: 'add --allow-host 8.8.8.8 or --forward https://8.8.8.8:444=http://127.0.0.1:PORT',
    })
  })

  it.each([
    [
      'https://example.be',
      'http://127.0.0.1:3000',
      'https://example.be/hooks/bce?x=1',
      'http://127.0.0.1:3000/hooks/bce?x=1',
    ],
    [
      'https://example.be/hooks',
      'http://127.0.0.1:3000/in',
      'https://example.be/hooks/bce?x=1',
      'http://127.0.0.1:3000/in/bce?x=1',
    ],
    [
      'https://example.be/hooks',
      'http://127.0.0.1:3000/in',
      'https://example.be/hooks',
      'http://127.0.0.1:3000/in',
    ],
    [
      'https://example.be/hooks',
      'http://127.0.0.1:3000/in',
      'https://example.be/hooksx',
      'https://example.be/hooksx',
    ],
    ['*', 'http://127.0.0.1:3000/in/', 'https://other.test/a?b', 'http://127.0.0.1:3000/in/a?b'],
    ['*', 'http://10.1.2.3', 'https://other.test/a', 'http://10.1.2.3/a'],
  ])('forwards %s to %s', (from, to, url, expected) => {
    expect(route(url, { forward: [{ from, to }], allowHosts: ['example.be'] })).toBe(expected)
  })

  it('takes the most particular of several', () => {
    const forward = [
      { from: '*', to: 'http://127.0.0.1:1' },
      { from: 'https://example.be', to: 'http://127.0.0.1:2' },
      { from: 'https://example.be/hooks', to: 'http://127.0.0.1:3' },
    ]
    expect(
      ['https://x.be/', 'https://example.be/a', 'https://example.be/hooks/a'].map((url) =>
        route(url, { forward }),
      ),
    ).toEqual(['http://127.0.0.1:1/', 'http://127.0.0.1:2/a', 'http://127.0.0.1:3/a'])
  })
})

describe('allows', () => {
  it.each<[string, Partial<EgressSettings>, boolean]>([
    ['http://localhost:1/', {}, true],
    ['http://app.localhost/', {}, true],
    ['http://example.be/', {}, false],
    ['http://example.be:8080/', { allowHosts: ['example.be'] }, true],
    ['http://example.be./', { allowHosts: ['Example.be'] }, true],
    ['http://example.be/', { allowHosts: ['example.be:80'] }, true],
    ['http://example.be:81/', { allowHosts: ['example.be:80'] }, false],
    ['http://sub.example.be/', { allowHosts: ['example.be'] }, false],
    ['http://10.1.2.3/', { allowHosts: ['10.0.0.0/8'] }, true],
    ['http://11.1.2.3/', { allowHosts: ['10.0.0.0/8'] }, false],
    ['http://[fd00::1]/', { allowHosts: ['fd00::/8'] }, true],
    ['http://[fd00::1]/', { allowHosts: ['fd00::1'] }, true],
    ['http://10.1.2.3/', { allowHosts: ['::/0'] }, false],
    ['http://[::ffff:10.1.2.3]/', { allowHosts: ['::/64'] }, false],
    ['http://[::ffff:10.1.2.3]/', { allowHosts: ['10.0.0.0/8'] }, true],
    ['http://10.1.2.3/', { allowHosts: ['::ffff:10.0.0.0/104'] }, true],
    ['http://11.1.2.3/', { allowHosts: ['::ffff:10.0.0.0/104'] }, false],
    ['http://10.1.2.3/', { allowHosts: ['::ffff:a01:203'] }, true],
    ['http://app:3000/', { trusted: ['http://app:3000/hooks'] }, true],
    ['http://app:3001/', { trusted: ['http://app:3000/hooks'] }, false],
    ['http://example.be/', { forward: [{ from: '*', to: 'http://app:3000' }] }, true],
  ])('%s with %o: %s', (url, more, expected) => {
    expect(createEgress(settings(more)).allows(new URL(url))).toBe(expected)
  })
})

describe('a name that is not allowed', () => {
  it('is blocked at once and never looked up', async () => {
    const asked: string[] = []
    const resolve: Resolve = async (name) => {
      asked.push(name)
      return [{ address: '127.0.0.1', family: 4 }]
    }
    const egress = createEgress(settings({ allowHosts: ['other.test', 'my.test:1'] }), resolve)
    const url = new URL('http://my.test./x')
    expect(egress.route(url)).toEqual({
      kind: 'blocked',
      error: 'my.test is not loopback',
      hint: 'add --allow-host my.test or --forward http://my.test.=http://127.0.0.1:PORT',
    })
    const error = await new Promise((done) => egress.lookup(url)('my.test.', { all: true }, done))
    expect(error).toMatchObject({ message: 'my.test is not loopback' })
    expect(asked).toEqual([])
  })

  it('is looked up where an address or a network is allowed, and its addresses decide', async () => {
    const allowHosts = ['10.0.0.0/8']
    expect(route('http://my.test/x', { allowHosts })).toBe('http://my.test/x')
    expect(await look('http://my.test/', ['127.0.0.1', '8.8.8.8', '::1'], { allowHosts })).toEqual([
      '127.0.0.1',
      '::1',
    ])
    expect(await look('http://my.test/', ['8.8.8.8', '::ffff:8.8.8.8'], { allowHosts })).toBe(
      'my.test is not loopback',
    )
    expect(await look('http://my.test/', new Error('ENOTFOUND'), { allowHosts })).toBe(
      'my.test is not loopback',
    )
    expect(await look('http://my.test/', [], { allowHosts })).toBe('my.test is not loopback')
  })
})

describe('the mock itself', () => {
  const isOwn = (address: string, port: number) =>
    port === 4010 && ['127.0.0.1', '::1', '10.0.0.1'].includes(address)

  it.each<[string, Partial<EgressSettings>]>([
    ['http://127.0.0.1:4010/_mock/reset', {}],
    ['http://127.1:4010/_mock/reset', {}],
    ['http://0x7f000001:4010/', {}],
    ['http://user@LOCALHOST.:4010/', {}],
    ['http://a.localhost:4010/', {}],
    ['https://[::1]:4010/', {}],
    ['http://10.0.0.1:4010/', { allowHosts: ['10.0.0.1'] }],
  ])('is no receiver, as %s', (url, more) => {
    expect(createEgress(settings({ ...more, isOwn })).route(new URL(url))).toEqual({
      kind: 'blocked',
      error: `${new URL(url).origin} is this mock itself`,
      hint: 'register the URL of your receiver',
    })
  })

  it('is none by a forwarding either', () => {
    const forward = [{ from: '*', to: 'http://localhost:4010/_mock' }]
    expect(route('https://example.be/reset', { isOwn, forward })).toBe(
      'http://localhost:4010 is this mock itself',
    )
    expect(
      route('http://127.0.0.1:4010/x', { isOwn, forward: [{ from: '*', to: 'http://127.0.0.1:3000' }] }),
    ).toBe('http://127.0.0.1:3000/x')
  })

  it.each<[string, Partial<EgressSettings>]>([
    ['http://my.test:4010/', { allowHosts: ['my.test'] }],
    ['http://my.test:4010/', { allowHosts: ['10.0.0.0/8'] }],
    ['http://my.test:4010/', { trusted: ['http://my.test:4010'] }],
  ])('is none by a name, %s with %o', async (url, more) => {
    expect(await look(url, ['10.0.0.2', '10.0.0.1'], { ...more, isOwn })).toBe(
      'http://my.test:4010 is this mock itself',
    )
  })

  it('is not what listens on another port or address', async () => {
    for (const url of ['http://127.0.0.1:4011/', 'http://127.0.0.2:4010/'])
      expect(route(url, { isOwn })).toBe(url)
  })
})

describe('lookup', () => {
  it('gives out what is in an allowed network, and anything for an allowed name', async () => {
    expect(await look('http://my.test/', ['10.1.1.1', '8.8.8.8'], { allowHosts: ['10.0.0.0/8'] })).toEqual([
      '10.1.1.1',
    ])
    expect(await look('http://my.test/', ['10.1.1.1', '10.1.1.2'], { allowHosts: ['10.1.1.1'] })).toEqual([
      '10.1.1.1',
    ])
    expect(await look('http://my.test/', ['8.8.8.8'], { allowHosts: ['my.test'] })).toEqual(['8.8.8.8'])
    expect(await look('http://my.test/', new Error('ENOTFOUND'), { allowHosts: ['my.test'] })).toBe(
      'ENOTFOUND',
    )
  })

  it('does not ask the network for a local name', async () => {
    expect(await look('http://app.localhost/', ['8.8.8.8'])).toEqual(['127.0.0.1', '::1'])
  })
})

describe('settings', () => {
  it.each<[Partial<EgressSettings>, string]>([
    [{ allowHosts: ['10.0.0.0/99'] }, 'Failed to read the allowed hosts: "10.0.0.0/99" is no host.'],
    [{ allowHosts: ['10.0.0.0/8/9'] }, 'Failed to read the allowed hosts: "10.0.0.0/8/9" is no host.'],
    [{ allowHosts: ['http://x/'] }, 'Failed to read the allowed hosts: "http://x/" is no host.'],
    [{ allowHosts: ['*'] }, 'Failed to read the allowed hosts: "*" is no host.'],
    [{ allowHosts: [''] }, 'Failed to read the allowed hosts: "" is no host.'],
    [
      { forward: [{ from: 'example.be', to: 'http://127.0.0.1' }] },
      'Failed to read the forwarding: "example.be" is no http or https address.',
    ],
    [
      { forward: [{ from: '*', to: '3000' }] },
      'Failed to read the forwarding: "3000" is no http or https address.',
    ],
    [{ trusted: ['3000'] }, 'Failed to read the receiver\'s address: "3000" is no http or https URL.'],
  ])('%o', (more, message) => {
    expect(() => createEgress(settings(more))).toThrow(message)
  })
})
