import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { MockError } from '../../../../src/core/errors.ts'
import { loadScenario } from '../../../../src/scenario/file/load.ts'
import { scenarioFile } from '../written-scenario.ts'

/** The format as it was first thought of: its name for a variable is an event's too, later on. */
const EXAMPLE = `# yaml-language-server: $schema=./scenario.schema.json
version: 1
name: a receiver that is down for two attempts gets the note on the third
provider: tsanet
clock: virtual
seed: 42
vars: { note: n-1 }                                                  # run --set note=n-2
webhooks:
  app: { url: $receiver, fields: { eventTypes: [note.created] } }    # registered through the provider's own API; secret: may be given
receiver: { respond: [503, timeout, 200] }                           # the stand-in, its last answer repeats; not used with --receiver
faults:
  api:
    - { on: { operation: listWebhookSubscriptions }, do: [503, { status: 429, headers: { Retry-After: "2" } }, pass] }
  delivery:
    - { on: { event: note.created, attempt: 3 }, do: duplicate, with: { copies: 2 } }
steps:
  - { call: { operation: listWebhookSubscriptions }, expect: { status: 503 } }
  - { trigger: { event: note.created, payload: { noteToken: $note } }, as: note }
  - { advance: 6m10s }
  - { expect: { delivery: { of: note, to: app, status: succeeded, attempts: 3, delays: [0s, 10s, 60s] } } }
  - { expect: { received: { of: note, count: 4 } } }                 # asks the stand-in; an error with --receiver
`
const head = 'version: 1\nname: n\nprovider: tsanet\nwebhooks: { app: { url: $receiver } }\n'
const BEFORE = `${head}steps:
  - { trigger: note.created, as: note }
  - { call: listWebhookSubscriptions, as: list }
  - { fault: { plane: receiver, do: 503 }, as: outage }
`
const at = expect.anything()

async function step(text: string) {
  const { steps } = await loadScenario(await scenarioFile(`${BEFORE}  - ${text}\n`))
  return steps[3]
}

describe('loadScenario', () => {
  it('reads the example', async () => {
    const file = await scenarioFile(EXAMPLE)
    expect(await loadScenario(file)).toEqual({
      file,
      name: 'a receiver that is down for two attempts gets the note on the third',
      description: null,
      providers: ['tsanet'],
      clock: { kind: 'virtual' },
      attemptTimeoutMs: null,
      seed: '42',
      vars: { note: 'n-1' },
      webhooks: [
        {
          name: 'app',
          url: '$receiver',
          fields: { eventTypes: ['note.created'] },
          at: { file, line: 9, column: 3, pointer: '/webhooks/app' },
        },
      ],
      receiver: { respond: [503, 'timeout', 200] },
      faults: [
        {
          plane: 'api',
          at: { file, line: 13, column: 7, pointer: '/faults/api/0' },
          fault: {
            on: { operation: 'listWebhookSubscriptions' },
            do: [503, { status: 429, headers: { 'Retry-After': '2' } }, 'pass'],
          },
        },
        {
          plane: 'delivery',
          at: { file, line: 15, column: 7, pointer: '/faults/delivery/0' },
          fault: { on: { event: 'note.created', attempt: 3 }, do: 'duplicate', with: { copies: 2 } },
        },
      ],
      steps: [
        {
          kind: 'call',
          operation: 'listWebhookSubscriptions',
          path: {},
          query: {},
          headers: {},
          anonymous: false,
          timeoutMs: 10_000,
          expect: { status: 503 },
          capture: {},
          as: null,
          title: null,
          at: { file, line: 17, column: 5, pointer: '/steps/0' },
        },
        {
          kind: 'trigger',
          event: 'note.created',
          payload: { noteToken: '$note' },
          raw: false,
          count: 1,
          as: 'note',
          title: null,
          at: { file, line: 18, column: 5, pointer: '/steps/1' },
        },
        { kind: 'advance', to: { by: 370_000 }, as: null, title: null, at },
        {
          kind: 'expect',
          that: {
            kind: 'delivery',
            of: 'note',
            to: 'app',
            status: 'succeeded',
            attempts: 3,
            delays: [0, 10_000, 60_000],
          },
          as: null,
          title: null,
          at,
        },
        {
          kind: 'expect',
          that: { kind: 'received', of: 'note', to: null, count: 4 },
          as: null,
          title: null,
          at,
        },
      ],
    })
  })

  it('has a title of at most 500 characters', async () => {
    const { name } = await loadScenario(
      await scenarioFile(`version: 1\nname: ${'x'.repeat(10_000)}\nprovider: tsanet\n`),
    )
    expect(name).toBe(`${'x'.repeat(500)}…`)
  })

  it('fills in what is not said', async () => {
    const scenario = await loadScenario(
      await scenarioFile('version: 1\nname: "n\\n\\e ::x"\nproviders: [beel, tsanet]\n'),
    )
    expect(scenario).toMatchObject({
      name: 'n ::x',
      providers: ['beel', 'tsanet'],
      clock: { kind: 'virtual' },
      seed: null,
      vars: {},
      webhooks: [],
      receiver: null,
      faults: [],
      steps: [],
    })
  })

  it.each([
    ['advance: next', { kind: 'advance', to: { until: 'next-attempt' } }],
    ['advance: settled', { kind: 'advance', to: { until: 'settled' } }],
    ['advance: 250ms', { kind: 'advance', to: { by: 250 } }],
    ['settle', { kind: 'settle', timeoutMs: 10_000 }],
    ['settle:', { kind: 'settle', timeoutMs: 10_000 }],
    ['settle: 5s', { kind: 'settle', timeoutMs: 5_000 }],
    ['restart', { kind: 'restart' }],
    ['restart:', { kind: 'restart' }],
    ['rotate: app', { kind: 'rotate', webhook: 'app' }],
    ['disable: app', { kind: 'disable', webhook: 'app' }],
    ['enable: app', { kind: 'enable', webhook: 'app' }],
    ['delete: app', { kind: 'delete', webhook: 'app' }],
    ['resend: note', { kind: 'resend', of: 'note', to: null }],
    ['resend: { of: note, to: app }', { kind: 'resend', of: 'note', to: 'app' }],
    ['clear: outage', { kind: 'clear', fault: 'outage' }],
    ['clear: all', { kind: 'clear', fault: null }],
    ['trigger: note.created', { kind: 'trigger', event: 'note.created', raw: false, count: 1 }],
    [
      'trigger: { event: note.created, count: 3, raw: true, id: e-1, account: other }',
      { kind: 'trigger', event: 'note.created', raw: true, count: 3, id: 'e-1', account: 'other' },
    ],
    [
      'call: listWebhookSubscriptions',
      { kind: 'call', operation: 'listWebhookSubscriptions', path: {}, query: {}, expect: null },
    ],
    [
      'call: { operation: listWebhookSubscriptions, query: { page: 1 }, headers: { X-A: 1 }, anonymous: true, timeout: 1s, body: null }',
      {
        operation: 'listWebhookSubscriptions',
        query: { page: 1 },
        headers: { 'X-A': '1' },
        anonymous: true,
        timeoutMs: 1_000,
        body: null,
      },
    ],
    [
      'request: { url: $receiver.origin/x }',
      { kind: 'request', method: 'GET', headers: {}, timeoutMs: 10_000 },
    ],
    ['request: { url: $receiver, body: { a: 1 } }', { kind: 'request', method: 'POST', body: { a: 1 } }],
    [
      '{ request: { url: x, method: put }, capture: { id: /data/id, s: status } }',
      { method: 'PUT', capture: { id: '/data/id', s: 'status' } },
    ],
    [
      'exec: node sync.js',
      {
        kind: 'exec',
        command: 'node sync.js',
        env: {},
        cwd: null,
        timeoutMs: 30_000,
        background: false,
        expect: { exit: 0 },
      },
    ],
    [
      '{ exec: { command: [node, x], env: { A: 1 }, cwd: $here, timeout: 1m, background: true }, expect: { stdout: ok } }',
      {
        command: ['node', 'x'],
        env: { A: '1' },
        cwd: '$here',
        timeoutMs: 60_000,
        background: true,
        expect: { exit: 0, stdout: 'ok' },
      },
    ],
    ['{ exec: [ls], expect: { exit: 2 } }', { command: ['ls'], expect: { exit: 2 } }],
    [
      'register: { name: second, url: $receiver, secret: s }',
      {
        kind: 'register',
        webhook: { name: 'second', url: '$receiver', fields: {}, secret: 's' },
        expect: null,
      },
    ],
    [
      'fault: { plane: delivery, on: { webhook: app }, do: { duplicate: 3 }, times: 2 }',
      {
        kind: 'fault',
        plan: { plane: 'delivery', fault: { on: { webhook: 'app' }, do: { duplicate: 3 }, times: 2 } },
      },
    ],
    [
      'wait: { received: { of: note, count: 1 }, within: 5s }',
      { kind: 'wait', withinMs: 5_000, for: { kind: 'received', of: 'note', to: null, count: 1 } },
    ],
    ['wait: { received: 2 }', { withinMs: 10_000, for: { kind: 'received', of: null, to: null, count: 2 } }],
    [
      'observe: { url: $receiver, expect: { status: 200, body: { a: 1 } }, within: 5s, every: 200ms }',
      {
        kind: 'observe',
        what: { url: '$receiver' },
        expect: { status: 200, body: { a: 1 } },
        withinMs: 5_000,
        everyMs: 200,
      },
    ],
    [
      'observe: { command: ls, expect: { stdout: /a/ } }',
      { what: { command: 'ls' }, expect: { exit: 0, stdout: '/a/' }, withinMs: 10_000, everyMs: 100 },
    ],
    [
      'expect: { violations: { by: client, count: 0 } }',
      { kind: 'expect', that: { kind: 'violations', by: 'client', count: 0 } },
    ],
    [
      'expect: { requests: { operation: listWebhookSubscriptions, count: { min: 3 }, statuses: [503, 5xx, 200], apart: 1s } }',
      {
        that: {
          kind: 'requests',
          operation: 'listWebhookSubscriptions',
          count: { min: 3 },
          statuses: [503, '5xx', 200],
          apart: 1_000,
        },
      },
    ],
    [
      'expect: { answer: { of: list, status: 2xx } }',
      { that: { kind: 'answer', of: 'list', status: '2xx' } },
    ],
    [
      'expect: { webhook: { name: app, enabled: false } }',
      { that: { kind: 'webhook', webhook: 'app', enabled: false } },
    ],
    ['{ advance: 1s, as: later, title: a little later }', { as: 'later', title: 'a little later' }],
  ])('reads the step - %s', async (text, read) => {
    expect(await step(text)).toMatchObject({ as: null, title: null, ...read })
  })

  it('reads the answers of the stand-in in one text, and one alone', async () => {
    const of = async (respond: string) =>
      (await loadScenario(await scenarioFile(`${head}receiver: { respond: ${respond} }\n`))).receiver
    expect(await of("'503, timeout 200'")).toEqual({ respond: ['503', 'timeout', '200'] })
    expect(await of('503')).toEqual({ respond: [503] })
  })

  it('tells everything that is wrong at once, by its line', async () => {
    const file = await scenarioFile('version: 2\nnme: x\nprovider: tsanet\nsteps:\n  - { advnce: 10s }\n')
    const error = await loadScenario(file).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(MockError)
    expect(error).toMatchObject({ kind: 'input', exitCode: 2 })
    expect((error as MockError).message.split('\n')).toEqual([
      `${file}:1:1: Failed to load the scenario: it lacks the field "name". 3 more problems:`,
      `  ${file}:1:1 #/version: Failed to load the scenario: 2 is not 1, the only version of this format.`,
      `  ${file}:2:1 #/nme: Failed to load the scenario: "nme" is no known field here. Did you mean "name"?`,
      `  ${file}:5:7 #/steps/0/advnce: Failed to load the scenario: "advnce" is no step. Did you mean "advance"?`,
    ])
  })

  it("knows documents of one's own", async () => {
    const acme = new URL('../../../support/acme.yaml', import.meta.url).pathname
    expect(await readFile(acme, 'utf8')).toContain('id: acme')
    const file = await scenarioFile('version: 1\nname: n\nprovider: acme\n')
    expect((await loadScenario(file, { specs: [acme] })).providers).toEqual(['acme'])
    await expect(loadScenario(file)).rejects.toMatchObject({
      summary: 'Failed to load the scenario: there is no provider "acme".',
      location: { line: 3, column: 1, pointer: '/provider' },
    })
  })
})
