import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { assignment, runFlags, runOptions } from '../../../../src/cli/commands/run/flags.ts'
import { brokenRun, unreadyReceiver } from '../../../../src/cli/commands/run/run-scenarios.ts'
import { MockError } from '../../../../src/core/errors.ts'
import { runCounts, runExitCode } from '../../../../src/report/run.ts'
import { readFlags } from '../fake-io.ts'

const options = (
  given: Record<string, string | readonly string[] | boolean>,
  command: readonly string[] = [],
) =>
  runOptions(
    {
      flags: readFlags(runFlags, given),
      given: new Set(Object.keys(given)) as ReadonlySet<keyof typeof runFlags>,
      command,
    },
    { HOME: '/h' },
  )

describe('runOptions', () => {
  it('leaves everything to the engine where nothing is said', () => {
    expect(options({})).toEqual({
      set: {},
      specs: [],
      secretEnv: 'WEBHOOK_SECRET',
      env: { HOME: '/h' },
      bail: false,
      reproduceWith: [],
    })
  })

  it('takes variables as texts, and as JSON where that is said', () => {
    expect(options({ set: ['note=3', 'count:=3', 'list:=[1,"a"]'] }).set).toEqual({
      note: '3',
      count: 3,
      list: [1, 'a'],
    })
    expect(() => assignment('count:=three')).toThrow('"three" is not JSON')
  })

  it('chooses variants, and repeats the choice where it says how to run a scenario again', () => {
    const chosen = options({ variant: ['beel=autumn-2026', 'v2'] })
    expect(chosen.variant).toEqual(['beel=autumn-2026', 'v2'])
    expect(chosen.reproduceWith).toEqual(['--variant', 'beel=autumn-2026', '--variant', 'v2'])
    // What follows is a file.
    expect(runFlags.variant.variadic).toBe(false)
  })

  it('tells apart a receiver that runs already from one that is started', () => {
    expect(options({ receiver: '3000/hooks', secret: 's' })).toMatchObject({
      receiver: { url: 'http://127.0.0.1:3000/hooks', secret: 's' },
    })
    const started = options(
      { receiver: '127.0.0.1:{port}/hooks', secret: 's', ready: '127.0.0.1:{port}/up', readyTimeout: '2s' },
      ['node', 'app.js'],
    )
    expect(started).toMatchObject({
      command: {
        words: ['node', 'app.js'],
        url: 'http://127.0.0.1:{port}/hooks',
        ready: 'http://127.0.0.1:{port}/up',
        readyWithinMs: 2_000,
      },
      secret: 's',
      reproduceWith: [
        '--receiver',
        'http://127.0.0.1:{port}/hooks',
        '--secret',
        '***',
        '--ready',
        'http://127.0.0.1:{port}/up',
        '--ready-timeout',
        '2s',
        '--',
        'node',
        'app.js',
      ],
    })
    expect(started.receiver).toBeUndefined()
  })

  it('has attempts wait as long as is said, also when it is run again', () => {
    const asked = options({ attemptTimeout: '1500ms' })
    expect(asked).toMatchObject({
      attemptTimeoutMs: 1500,
      reproduceWith: ['--attempt-timeout', '1s500ms'],
    })
    expect(options({}).attemptTimeoutMs).toBeUndefined()
  })

  it('stops at the first failure where that is to be kept', () => {
    expect(options({ keep: true }).bail).toBe(true)
  })
})

describe('a receiver that is to be ready', () => {
  it('is waited for until it answers with a success', async () => {
    let asked = 0
    const server = createServer((_, response) => {
      asked++
      response.writeHead(asked < 3 ? 503 : 200, { Connection: 'close' }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    expect(await unreadyReceiver(url, new AbortController().signal)).toBeNull()
    expect(asked).toBe(3)
    asked = -99
    const late = await unreadyReceiver(url, new AbortController().signal, 10)
    server.closeAllConnections()
    server.close()
    expect(late?.summary).toBe(`Failed to reach the receiver at ${url} within 10ms: it answers 503.`)
    const gone = await unreadyReceiver(url, new AbortController().signal, 10)
    expect(gone?.summary).toBe(`Failed to reach the receiver at ${url} within 10ms: ECONNREFUSED.`)
  })

  it('is told of in every scenario where it is not', () => {
    const run = brokenRun(['a', 'b'], new MockError('environment', 'X', 'Failed.', { hint: 'Do it.' }), '1')
    expect(runCounts(run.scenarios)).toEqual({ passed: 0, failed: 2, skipped: 0 })
    expect(runExitCode(run)).toBe(3)
    expect(run.scenarios.map(({ reason }) => reason)).toEqual(['Failed. Do it.', 'Failed. Do it.'])
  })
})
