import { describe, expect, it } from 'vitest'
import { runFlags } from '../../../src/cli/commands/run/flags.ts'
import { startFlags } from '../../../src/cli/commands/start/flags.ts'
import { triggerFlags } from '../../../src/cli/commands/trigger/flags.ts'
import * as readers from '../../../src/cli/flags.ts'
import { list, toggle, value } from '../../../src/cli/flags.ts'
import { MockError } from '../../../src/core/errors.ts'
import { type Given, readFlags } from './fake-io.ts'

const flags = {
  port: value('--port <n>', '', readers.port, 4010),
  allowHost: list('--allow-host <host>', '', readers.text),
  strict: toggle('--strict', ''),
  waitFor: value('--wait-for <duration>', '', readers.duration),
}

function refusal(given: Given, env: Record<string, string> = {}): string {
  try {
    readFlags(
      {
        ...startFlags,
        ...flags,
        header: list('--header <k:v>', '', readers.header),
        count: value('--count <n>', '', readers.count(1, 10)),
      },
      given,
      env,
    )
  } catch (error) {
    if (error instanceof MockError) return `${error.exitCode} ${error.message}`
    throw error
  }
  return 'accepted'
}

describe('readFlags', () => {
  it.each<[Given, Record<string, string>, object]>([
    [{}, {}, { port: 4010, allowHost: [], strict: false, waitFor: undefined }],
    [
      { port: '1', allowHost: ['a', 'b'], strict: true, waitFor: '1m' },
      {},
      { port: 1, allowHost: ['a', 'b'], strict: true, waitFor: 60_000 },
    ],
    [
      {},
      { HOOKPROOF_PORT: '2', HOOKPROOF_ALLOW_HOST: 'a, b\tc', HOOKPROOF_STRICT: '1' },
      { port: 2, allowHost: ['a', 'b', 'c'], strict: true, waitFor: undefined },
    ],
    [
      { port: '1', allowHost: ['a'] },
      { HOOKPROOF_PORT: '2', HOOKPROOF_ALLOW_HOST: 'b' },
      { port: 1, allowHost: ['a'], strict: false, waitFor: undefined },
    ],
    [
      {},
      { HOOKPROOF_PORT: '', HOOKPROOF_STRICT: 'no' },
      { port: 4010, allowHost: [], strict: false, waitFor: undefined },
    ],
  ])('reads %j with %j', (given, env, expected) => {
    expect(readFlags(flags, given, env)).toEqual(expected)
  })

  it('takes what may hold spaces and commas line by line from the environment', () => {
    const env = {
      HOOKPROOF_HEADER: 'X-One: a, b\nX-Two: c d\n',
      HOOKPROOF_SET: 'note=one two\r\nother=3,4',
      HOOKPROOF_OVERRIDE: 'note.text=one, two',
      HOOKPROOF_FAULT: 'duplicate:copies=3,at=once\ndelay:30s',
    }
    const { header, override, fault } = readFlags(triggerFlags, {}, env)
    expect(header).toEqual([
      ['X-One', 'a, b'],
      ['X-Two', 'c d'],
    ])
    expect(override).toEqual(['note.text=one, two'])
    expect(fault.map(({ does }) => does)).toEqual([
      { duplicate: { copies: 3, at: 'once' } },
      { delay: '30s' },
    ])
    expect(readFlags(runFlags, {}, env).header).toHaveLength(2)
    expect(readFlags(runFlags, {}, env).set).toHaveLength(2)
  })

  it('names variables after flags', () => {
    expect(startFlags.forwardTo.variable).toBe('HOOKPROOF_FORWARD_TO')
    expect(startFlags.strictUrls.variable).toBe('HOOKPROOF_STRICT_URLS')
  })

  it.each<[Given, Record<string, string>, string]>([
    [{ port: 'abc' }, {}, '2 Failed to read --port: "abc" is not a port. Write a number from 0 to 65535.'],
    [
      {},
      { HOOKPROOF_PORT: '70000' },
      '2 Failed to read HOOKPROOF_PORT: "70000" is not a port. Write a number from 0 to 65535.',
    ],
    [
      {},
      { HOOKPROOF_STRICT: 'maybe' },
      '2 Failed to read HOOKPROOF_STRICT: "maybe" is not a boolean. Write 1 or 0.',
    ],
    [
      { attemptTimeout: 'soon' },
      {},
      '2 Failed to read --attempt-timeout: "soon" is not a duration. Write a number and a unit, such as 250ms, 10s or 6m.',
    ],
    [
      { clock: 'fast' },
      {},
      '2 Failed to read --clock: "fast" is no clock. Use real, virtual, or a factor such as x60, at most x1000000000.',
    ],
    [{ format: 'jsn' }, {}, '2 Failed to read --format: "jsn" is not known. Did you mean "json"?'],
    [
      { forwardTo: ['acme=ftp://x'] },
      {},
      '2 Failed to read --forward-to: "ftp://x" is not a URL. Write it as http://127.0.0.1:3000/hooks.',
    ],
    [
      {},
      { HOOKPROOF_FORWARD: 'https://a.example' },
      '2 Failed to read HOOKPROOF_FORWARD: "https://a.example" is not FROM=TO. Write it as https://example.be=http://127.0.0.1:3000, or *=http://127.0.0.1:3000.',
    ],
    [
      { header: ['nonsense'] },
      {},
      '2 Failed to read --header: "nonsense" is not a header. Write it as "X-Name: value".',
    ],
    [
      { header: ['X-A: €'] },
      {},
      '2 Failed to read --header: HTTP cannot carry the character U+20AC in the header X-A. Leave it out, or send another value.',
    ],
    [
      { header: ['transfer-encoding: chunked'] },
      {},
      '2 Failed to read --header: the header transfer-encoding belongs to the connection. Leave it out, or send another value.',
    ],
    [{ count: '0' }, {}, '2 Failed to read --count: "0" is not an integer from 1 to 10.'],
    [{ db: '' }, {}, '2 Failed to read --db: it is empty.'],
  ])('refuses %j with %j', (given, env, message) => {
    expect(refusal(given, env)).toBe(message)
  })
})

describe('readers', () => {
  it.each([
    ['3000', 'http://127.0.0.1:3000'],
    ['3000/hooks', 'http://127.0.0.1:3000/hooks'],
    ['localhost:3000/hooks', 'http://localhost:3000/hooks'],
    ['https://example.be/hooks?a=b', 'https://example.be/hooks?a=b'],
  ])('reads the receiver %s', (given, url) => {
    expect(readers.receiverUrl(given)).toBe(url)
  })
  it.each([
    ['http://127.0.0.1:3000?a=b', undefined, 'http://127.0.0.1:3000?a=b'],
    ['acme=3000', 'acme', 'http://127.0.0.1:3000'],
    ['acme=http://127.0.0.1:3000/?x=y', 'acme', 'http://127.0.0.1:3000/?x=y'],
  ])('reads the receiver of a provider %s', (given, provider, url) => {
    expect(readers.forProviderUrl(given)).toEqual({ provider, value: url })
  })
  it.each([
    ['https://example.be=3000', 'https://example.be', 'http://127.0.0.1:3000'],
    ['*=http://127.0.0.1:3000', '*', 'http://127.0.0.1:3000'],
    [
      'https://example.be/a?b=c=http://127.0.0.1:3000/d',
      'https://example.be/a?b=c',
      'http://127.0.0.1:3000/d',
    ],
  ])('reads the forwarding %s', (given, from, to) => {
    expect(readers.forwarding(given)).toEqual({ from, to })
  })
})
