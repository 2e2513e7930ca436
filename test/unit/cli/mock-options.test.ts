import { describe, expect, it } from 'vitest'
import { commandEnvironment } from '../../../src/cli/commands/start/child.ts'
import { mockOptions, startFlags } from '../../../src/cli/commands/start/flags.ts'
import { requestedOptions } from '../../../src/cli/commands/start/scenario.ts'
import type { MockError } from '../../../src/core/errors.ts'
import { type Given, readFlags } from './fake-io.ts'

const options = (given: Given, env: Record<string, string> = {}) =>
  mockOptions(readFlags(startFlags, given, env), ['acme', 'northwind'], new Set(Object.keys(given)) as never)

const defaults = {
  specs: [],
  port: 4010,
  db: './.hookproof/db.json',
  reset: false,
  repair: false,
  clock: { kind: 'real' },
  register: [],
  forward: [],
  allowHosts: [],
  serverNames: [],
  strictUrls: false,
  strict: false,
  variant: [],
  insecure: false,
}
const url = 'http://127.0.0.1:3000'

describe('mockOptions', () => {
  it.each<[Given, object]>([
    [{}, {}],
    [
      { provider: ['acme'], spec: ['a.yaml'], port: '0', host: '0.0.0.0', db: 'x.json', reset: true },
      { providers: ['acme'], specs: ['a.yaml'], port: 0, host: '0.0.0.0', db: 'x.json', reset: true },
    ],
    [
      {
        clock: 'x60',
        seed: '42',
        attemptTimeout: '2s',
        ca: 'ca.pem',
        insecure: true,
        strictUrls: true,
        strict: true,
      },
      {
        clock: { kind: 'scaled', factor: 60 },
        seed: '42',
        attemptTimeoutMs: 2_000,
        ca: 'ca.pem',
        insecure: true,
        strictUrls: true,
        strict: true,
      },
    ],
    [
      { forward: ['*=3000'], allowHost: ['a', '10.0.0.0/8'], serverName: ['mock'] },
      { forward: [{ from: '*', to: url }], allowHosts: ['a', '10.0.0.0/8'], serverNames: ['mock'] },
    ],
    [{ forwardTo: ['3000'] }, { register: [{ url }] }],
    [{ forwardTo: ['3000'], secret: ['base64=='] }, { register: [{ url, secret: 'base64==' }] }],
    [{ forwardTo: ['3000'], secret: ['abc=def'] }, { register: [{ url, secret: 'abc=def' }] }],
    [
      { forwardTo: ['acme=3000', 'northwind=3001'], secret: ['acme=a', 'rest'] },
      {
        register: [
          { provider: 'acme', url, secret: 'a' },
          { provider: 'northwind', url: 'http://127.0.0.1:3001', secret: 'rest' },
        ],
      },
    ],
    [
      { forwardTo: ['acme=3000'], secret: ['acme=nortwind=a'] },
      { register: [{ provider: 'acme', url, secret: 'nortwind=a' }] },
    ],
    [
      { forwardTo: ['3000'], secret: ['acme=a'] },
      {
        register: [
          { provider: 'acme', url, secret: 'a' },
          { provider: 'northwind', url },
        ],
      },
    ],
  ])('of %j', (given, expected) => {
    expect(options(given)).toEqual({ ...defaults, ...expected })
  })

  it('keeps nothing with --memory, whatever the environment names', () => {
    expect(options({ memory: true }, { HOOKPROOF_DB: 'x.json' })).not.toHaveProperty('db')
    expect(options({ db: 'y.json' }, { HOOKPROOF_MEMORY: '1' })).toHaveProperty('db', 'y.json')
  })

  it.each<[Given, string]>([
    [
      { secret: ['s'] },
      'Failed to read --secret: there is no --forward-to that it could belong to. Add --forward-to URL.',
    ],
    [
      { forwardTo: ['3000'], secret: ['s', 't'] },
      'Failed to read --secret: there are several, and nothing says whose they are. Write --secret ID=SECRET.',
    ],
    [
      { forwardTo: ['3000', 'own=3001'], spec: ['own.yaml'], secret: ['own=s'] },
      `Failed to read --forward-to: with --spec and --secret ID=SECRET it has to name its provider too. Write --forward-to ID=${url}.`,
    ],
    [
      { forwardTo: ['3000'], secret: ['nortwind=s3cr3t'] },
      'Failed to read --secret: "nortwind" is no provider. Did you mean "northwind"? A secret that itself begins with "nortwind=" is written ID=nortwind=….',
    ],
    [
      { forwardTo: ['3000'], provider: ['northwind'], secret: ['acme=s3cr3t'] },
      'Failed to read --secret: "acme" is not served. Served are: northwind. A secret that itself begins with "acme=" is written ID=acme=….',
    ],
  ])('refuses %j', (given, message) => {
    try {
      options(given)
      expect.unreachable()
    } catch (error) {
      expect((error as MockError).message).toBe(message)
    }
  })
  it('takes a secret from the environment only where there is a use for it', () => {
    expect(options({}, { HOOKPROOF_SECRET: 's' })).toEqual(defaults)
  })
})

describe('askedOptions', () => {
  it.each([
    [['beeel=3000'], 'Failed to find the provider "beeel". Did you mean "beel"?'],
    [['nobody=3000'], /^Failed to find the provider "nobody"\. Known are: /],
  ])('refuses --forward-to %j beside a scenario that takes $receiver over', async (forwardTo, message) => {
    const flags = readFlags(startFlags, { forwardTo, scenario: ['scenarios/burst.yaml'] }, {})
    const asked = requestedOptions({ flags, given: new Set(['forwardTo', 'scenario']) }, { env: {} })
    const error = await asked.then(
      () => undefined,
      (reason: MockError) => reason,
    )
    expect((error as MockError).message).toEqual(
      message instanceof RegExp ? expect.stringMatching(message) : message,
    )
  })
})

describe('commandEnvironment', () => {
  const mock = {
    origin: 'http://127.0.0.1:4010',
    providers: [
      { id: 'acme', name: 'acme', variant: null, basePath: '/acme' },
      { id: 'north-wind', name: 'north-wind', variant: null, basePath: '/north-wind' },
    ],
    registered: [
      { provider: 'acme', secret: 's1' },
      { provider: 'north-wind', secret: 's2' },
    ],
  } as unknown as Parameters<typeof commandEnvironment>[0]

  it('tells a receiver its port and secrets', () => {
    expect(
      commandEnvironment(mock, ['serve', '--port={port}'], {
        receiverUrl: 'http://127.0.0.1:3000/x',
        secretEnv: 'WEBHOOK_SECRET',
      }),
    ).toEqual({
      env: {
        HOOKPROOF_URL: 'http://127.0.0.1:4010',
        HOOKPROOF_ACME_URL: 'http://127.0.0.1:4010/acme',
        HOOKPROOF_NORTH_WIND_URL: 'http://127.0.0.1:4010/north-wind',
        HOOKPROOF_ACME_SECRET: 's1',
        HOOKPROOF_NORTH_WIND_SECRET: 's2',
        PORT: '3000',
        WEBHOOK_SECRET: 's1',
      },
      command: ['serve', '--port=3000'],
    })
  })
  it('names the only variant of a provider in two ways', () => {
    const variant = {
      id: 'acme@autumn-2026',
      name: 'acme',
      variant: 'autumn-2026',
      basePath: '/acme@autumn-2026',
    }
    const { env } = commandEnvironment(
      { ...mock, providers: [variant], registered: [] } as unknown as typeof mock,
      ['x'],
      { receiverUrl: undefined, secretEnv: 'S' },
    )
    expect(Object.keys(env)).toEqual([
      'HOOKPROOF_URL',
      'HOOKPROOF_ACME_AUTUMN_2026_URL',
      'HOOKPROOF_ACME_URL',
    ])
  })
  it('tells any other command the addresses alone', () => {
    const { env, command } = commandEnvironment({ ...mock, registered: [] }, ['x', '{port}'], {
      receiverUrl: undefined,
      secretEnv: 'S',
    })
    expect(Object.keys(env)).toEqual(['HOOKPROOF_URL', 'HOOKPROOF_ACME_URL', 'HOOKPROOF_NORTH_WIND_URL'])
    expect(command).toEqual(['x', '{port}'])
  })
})
