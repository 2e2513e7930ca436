import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { MockError } from '../../../src/core/errors.ts'
import { loadProvider, loadProviders } from '../../../src/spec/load.ts'
import type { Operation, Provider } from '../../../src/spec/provider.ts'
import { ACME, acme, writeAcme } from './acme-document.ts'

const load = async (...changes: readonly (readonly [from: string, to: string])[]) =>
  loadProvider(await writeAcme(acme(...changes)))
const operation = (provider: Provider, id: string) =>
  provider.operations.find((one) => one.id === id) as Operation

describe('a loaded provider', () => {
  it('says what its document says', async () => {
    const file = await writeAcme()
    const provider = await loadProvider(file)
    expect(provider).toMatchObject({
      id: 'acme',
      title: 'Acme',
      version: '1.2.0',
      description: 'Sends notes.',
      sources: ['the handbook'],
      file,
      basePath: '/acme/api/v2',
      limits: { bodyBytes: 2048 },
      credentialHeaders: [{ scheme: 'token', header: 'Authorization', prefix: 'Bearer ' }],
      scopes: ['hooks:read', 'hooks:write'],
      resource: { id: { format: 'sequence', field: 'id' }, limit: { active: 5 } },
      signature: [{ scheme: 'hmac', hash: 'sha256' }],
    })
    expect([...provider.responses.keys()]).toEqual(['Error'])
    expect(provider.errors).toHaveLength(5)
  })

  it('has its operations, with own error rows before those of the root', async () => {
    const provider = await load([
      'x-mock-operation: { action: create }',
      "x-mock-operation: { action: create }\n      x-mock-errors: [{ when: schema, at: /url, status: 400, message: 'Bad {field}' }]",
    ])
    expect(provider.operations.map(({ id, method, path, success }) => [id, method, path, success])).toEqual([
      ['listHooks', 'GET', '/hooks', 200],
      ['createHook', 'POST', '/hooks', 201],
      ['deleteHook', 'DELETE', '/hooks/{id}', 204],
    ])
    const create = operation(provider, 'createHook')
    expect(create.errors[0]).toEqual({ when: 'schema', at: '/url', status: 400, message: 'Bad {field}' })
    expect(create.errors.slice(1)).toEqual(provider.errors)
    expect(create.security).toEqual([{ token: ['hooks:write'] }])
    expect(create.body).toMatchObject({ required: true, contents: [{ mediaType: 'application/json' }] })
    expect([...create.responses.keys()]).toEqual([201, 400, 401, 403])
    expect(operation(provider, 'listHooks').security).toEqual([{ token: ['hooks:read'] }])
    expect(operation(provider, 'listHooks').parameters.map(({ name }) => name)).toEqual(['page', 'size'])
    expect(operation(provider, 'deleteHook').parameters).toEqual([
      { in: 'path', name: 'id', required: true, schema: { type: 'string' } },
    ])
    expect(operation(provider, 'deleteHook').responses.get(204)).toEqual({
      status: 204,
      contents: [],
      headers: [],
    })
  })

  it.each([
    ["servers: [{ url: 'https://acme.test/v1/' }]", '/acme/v1'],
    ["servers: [{ url: 'https://acme.test' }]", '/acme'],
    ['servers: [{ url: /relative }]', '/acme/relative'],
    ['tags: []', '/acme'],
    ["servers: [{ url: '(a|b)*:foo' }]", '/acme/(a|b)*:foo'],
    ["servers: [{ url: '/:x/{y/[z]?' }]", '/acme/:x/%7By/[z]'],
  ])('stands at the path of its server: %s', async (servers, path) => {
    const written = ACME.split('\n').find((line) => line.startsWith('servers')) as string
    expect((await load([written, servers])).basePath).toBe(path)
  })

  it('has the path of the server of each operation, that of its own before that of its path', async () => {
    const provider = await load(
      ['  /hooks:\n', "  /hooks:\n    servers: [{ url: 'https://hooks.acme.test/in/' }]\n"],
      ['operationId: listHooks', 'operationId: listHooks\n      servers: [{ url: https://list.acme.test }]'],
    )
    expect(provider.basePath).toBe('/acme/api/v2')
    expect(provider.operations.map(({ id, serverPath }) => [id, serverPath])).toEqual([
      ['listHooks', ''],
      ['createHook', '/in'],
      ['deleteHook', '/api/v2'],
    ])
  })

  it("moves a header's own source into its schema", async () => {
    const { responses } = operation(await load(), 'createHook')
    expect(responses.get(201)?.headers).toEqual([
      {
        name: 'X-Request-Id',
        required: true,
        schema: { type: 'string', 'x-mock-value': 'request.id' },
      },
    ])
  })

  it('has its events, signed as the root says unless they say otherwise', async () => {
    const { events } = await load()
    expect(events.get('note.created')).toMatchObject({
      type: 'note.created',
      summary: 'A note was written',
      headers: [{ name: 'X-Sig', required: true, schema: { type: 'string' } }],
      schema: { properties: { id: { 'x-mock-value': 'event.id' } } },
      sample: { id: '6f1f3a52-0000-4000-8000-000000000000', note: 'hello' },
      signature: [{ scheme: 'hmac' }],
      http: { method: 'post', path: '/' },
    })
    const own = await load(['  note.created:\n', '  note.created:\n    x-mock-signature: { scheme: none }\n'])
    expect(own.events.get('note.created')?.signature).toEqual([{ scheme: 'none' }])
  })

  it('is frozen to the bottom and holds each equal schema once', async () => {
    const { operations } = await load()
    const [list, create] = operations as [Operation, Operation]
    expect(Object.isFrozen(list.http.responses[0]?.contents)).toBe(true)
    expect(Object.isFrozen(create.body?.contents[0]?.schema.properties)).toBe(true)
    expect(list.responses.get(400)?.contents).toBe(create.responses.get(401)?.contents)
  })

  it('is validated by the contract engine in the dialect of 2020-12', async () => {
    const provider = await load(['note: { type: string }', 'note: { type: string, minLength: 3 }'])
    const validator = createRequire(import.meta.url)('@stoplight/prism-http/dist/validator')
    const [url, headers] = [{ path: '/' }, { 'content-type': 'application/json', 'x-sig': 'a' }]
    const http = provider.events.get('note.created')?.http
    const judge = (body: unknown) =>
      validator.validateInput({ resource: http, element: { method: 'post', url, headers, body } })
    expect(judge(provider.events.get('note.created')?.sample)._tag).toBe('Right')
    expect(judge({ id: 5, note: 'no' }).left.map((found: { message: string }) => found.message)).toEqual([
      'Request body property id must be string',
      'Request body property note must NOT have fewer than 3 characters',
    ])
    expect(http?.request?.body?.contents?.[0]?.schema?.$schema).toBe(
      'https://json-schema.org/draft/2020-12/schema',
    )
  })
})

describe('the delivery policy', () => {
  const TIMEOUT = '  timeout: 3s\n'
  const SCHEDULE = '  schedule: { delays: [10s, 1m] }\n'

  it('has its durations in milliseconds and its defaults filled in', async () => {
    const { delivery } = await load([TIMEOUT, ''])
    expect(delivery).toEqual({
      eventId: { format: 'uuid' },
      attemptId: { format: 'sequence' },
      headers: {},
      timeoutMs: 10_000,
      success: ['2xx'],
      schedule: { kind: 'list', delays: [10_000, 60_000], repeatLast: false, attempts: null, window: null },
      retryOn: null,
      jitter: { kind: 'none' },
      retryAfter: { kind: 'ignore' },
      retryTests: false,
      inOrder: false,
      disable: null,
    })
  })

  it.each([
    [
      'schedule: { base: 1s, factor: 2, cap: 1h, attempts: 5, window: 1d }',
      {
        schedule: {
          kind: 'exponential',
          base: 1000,
          factor: 2,
          cap: 3_600_000,
          attempts: 5,
          window: 86_400_000,
        },
      },
    ],
    [
      'schedule: { delays: [1s], then: repeat-last, window: 2s }',
      { schedule: { kind: 'list', delays: [1000], repeatLast: true, attempts: null, window: 2000 } },
    ],
    ['jitter: full', { jitter: { kind: 'full' } }],
    ['jitter: { plusMinus: 0.2 }', { jitter: { kind: 'plus-minus', share: 0.2 } }],
    ['jitter: { add: 0.1, max: 15m }', { jitter: { kind: 'add', share: 0.1, min: 0, max: 900_000 } }],
    ['retryAfter: { clamp: 1h }', { retryAfter: { kind: 'clamp', to: 3_600_000 } }],
    ['retryAfter: honour', { retryAfter: { kind: 'honour' } }],
    ["retryOn: [5xx, '429']", { retryOn: ['5xx', '429'] }],
    [
      'disable: { after: 8, window: 4h }',
      { disable: { after: 8, window: 14_400_000, statuses: [], how: 'disable' } },
    ],
    [
      'environments: { sandbox: { timeout: 1s }, live: { timeout: 2s } }',
      { timeoutMs: 1000, schedule: { kind: 'list' } },
    ],
  ])('reads %s', async (line, expected) => {
    const from = line.startsWith('schedule') ? SCHEDULE : TIMEOUT
    expect((await load([from, `  ${line}\n`])).delivery).toMatchObject(expected)
  })

  it('has every environment beside the first one, each with what it leaves as it is', async () => {
    const { delivery, environment, environments } = await load([
      TIMEOUT,
      '  environments: { sandbox: { timeout: 1s }, live: { schedule: { delays: [] } } }\n',
    ])
    expect([...environments.keys()]).toEqual(['sandbox', 'live'])
    expect([environment, delivery]).toEqual(['sandbox', environments.get('sandbox')])
    expect(environments.get('sandbox')).toMatchObject({
      timeoutMs: 1000,
      schedule: { delays: [10_000, 60_000] },
    })
    expect(environments.get('live')).toMatchObject({ timeoutMs: 10_000, schedule: { delays: [] } })
  })
})

describe('a document that is wrong', () => {
  const failure = async (file: string) => (await loadProvider(file).catch((thrown) => thrown)) as MockError

  it('is refused with all its problems, the first as the message', async () => {
    const file = await writeAcme(
      acme(['timeout: 3s', 'timout: 3s'], ['action: delete', 'action: remov'], ['x-mock-sig', 'x-mok-sig']),
    )
    const error = await failure(file)
    expect(error).toMatchObject({ kind: 'input', code: 'BAD_KEYWORD', exitCode: 2 })
    expect(error.location).toEqual({ file, line: 12, column: 3, pointer: '/x-mock-delivery/timout' })
    expect(error.summary).toBe(
      'Failed to load the provider document: x-mock-delivery is wrong: "timout" is no known field here.',
    )
    expect(error.hint).toBe(
      [
        'Did you mean "timeout"?',
        '1 more problem:',
        `  ${file}:56:27 #/paths/~1hooks~1{id}/delete/x-mock-operation/action: Failed to load the provider document: x-mock-operation is wrong: "remov" is not one of the allowed values. Known are: add-filters, create, delete, issue-token, list, list-attempts, list-event-types, list-filters, read, read-account, remove-filters, resend, rotate-secret, send-test, update.`,
      ].join('\n'),
    )
  })

  it.each([
    ['nothing.yaml', 'there is no such file'],
    ['.', 'it is a folder'],
  ])('is refused when it cannot be read: %s', async (name, reason) => {
    const file = join(await writeAcme(), '..', name)
    expect((await failure(file)).message).toBe(
      `${file}: Failed to load the provider document: ${reason}. Name an existing YAML or JSON file.`,
    )
  })

  it('is refused when it is no UTF-8', async () => {
    const file = await writeAcme()
    await writeFile(file, Buffer.from('name: caf\u00e9', 'latin1'))
    expect((await failure(file)).message).toBe(
      `${file}: Failed to load the provider document: it cannot be read as UTF-8 text. Save it as UTF-8.`,
    )
  })

  it.each([
    ['', 'it is not an object'],
    ['- a', 'it is not an object'],
  ])('is refused when it is no object: %j', async (text, reason) => {
    const file = await writeAcme(text)
    expect((await failure(file)).message).toBe(`${file}: Failed to load the provider document: ${reason}.`)
  })
})

describe('the providers of a start', () => {
  const served = async (ids: readonly string[] | undefined) =>
    (await loadProviders(ids, [await writeAcme()])).map(({ id }) => id)

  it.each([
    [undefined, ['acme']],
    [['acme'], ['acme']],
    [
      ['tsanet', 'beel'],
      ['tsanet', 'beel', 'acme'],
    ],
    [
      ['tsanet', 'acme'],
      ['tsanet', 'acme'],
    ],
  ])('are, with an own document and the names %j: %j', async (ids, expected) => {
    expect(await served(ids)).toEqual(expected)
  })

  /** The default variant `old` of a provider, and another one. */
  const acmes = async () => {
    const old = await writeAcme(acme(['id: acme,', 'id: acme, variant: old,']))
    return [old, await writeAcme(acme(['id: acme,', 'id: acme@new,']))]
  }

  it.each<[readonly string[] | undefined, readonly string[], readonly string[]]>([
    [undefined, [], ['acme', 'acme@new']],
    [undefined, ['new'], ['acme@new']],
    [undefined, ['old'], ['acme']],
    [undefined, ['acme=new'], ['acme@new']],
    [undefined, ['acme@new=old'], ['acme']],
    [undefined, ['new', 'acme=old'], ['acme']],
    [['acme@old'], [], ['acme', 'acme@new']],
    [['beel', 'acme@new'], ['autumn-2026'], ['beel@autumn-2026', 'acme', 'acme@new']],
    [['beel@spring-2026'], ['new'], ['beel', 'acme@new']],
    [['beel', 'beel@autumn-2026', 'beel@spring-2026'], [], ['beel', 'beel@autumn-2026', 'acme', 'acme@new']],
    [undefined, ['acme=old', 'new'], ['acme']],
    [['beel@autumn-2026'], ['autumn-2026'], ['beel@autumn-2026', 'acme', 'acme@new']],
  ])('named %j, with the variants %j, are %j', async (names, variants, expected) => {
    const served = await loadProviders(names, await acmes(), variants)
    expect(served.map(({ id }) => id)).toEqual(expected)
  })

  it('are the default variants where nothing is named', async () => {
    const served = await loadProviders()
    expect(served.map(({ id }) => id)).toContain('beel')
    expect(served.filter(({ id }) => id.includes('@'))).toEqual([])
  })

  it.each<[string, string, string]>([
    ['nwe', 'no provider that is served has it', 'Known are acme=old, acme=new.'],
    ['acme=live', 'acme has no such variant', 'Known are acme=old, acme=new.'],
    ['amce=new', 'the provider "amce" is not served', 'Did you mean "acme"?'],
    ['beel=autumn-2026', 'the provider "beel" is not served', 'Known are: acme, acme@new.'],
  ])('refuse the variant %s', async (variant, reason, hint) => {
    await expect(loadProviders(undefined, await acmes(), [variant])).rejects.toMatchObject({
      kind: 'input',
      code: 'UNKNOWN_VARIANT',
      summary: `Failed to choose the variant "${variant}": ${reason}.`,
      hint,
    })
  })

  it.each<[readonly string[] | undefined, readonly string[], string, string]>([
    [
      ['beel', 'beel@autumn-2026'],
      ['autumn-2026'],
      'the provider "beel" is named as well, and beel@autumn-2026 would take its place',
      'Leave the choice out to serve both, or leave out the provider "beel".',
    ],
    [
      ['beel@autumn-2026'],
      ['beel=spring-2026'],
      'the provider "beel@autumn-2026" is named as well, and beel would take its place',
      'Leave the choice out, or name both as providers: beel@autumn-2026 beel.',
    ],
    [
      undefined,
      ['new', 'old'],
      '"new" chooses another one of acme',
      'Choose one, or name both as providers: acme@new acme.',
    ],
  ])('named %j, refuse the variants %j', async (names, variants, reason, hint) => {
    const own = names === undefined ? await acmes() : []
    await expect(loadProviders(names, own, variants)).rejects.toMatchObject({
      kind: 'input',
      summary: `Failed to choose the variant "${variants.at(-1)}": ${reason}.`,
      hint,
    })
  })

  it('name the variants that there are, of which none is served', async () => {
    await expect(loadProviders(['beel@autumn-2026'], [], ['autumn'])).rejects.toMatchObject({
      hint: 'Known are beel=spring-2026, beel=autumn-2026.',
    })
    await expect(loadProviders(['beel@autum-2026'])).rejects.toThrow(
      'Failed to find the provider "beel@autum-2026". Did you mean "beel@autumn-2026"?',
    )
    await expect(loadProviders(['tsanet@vendor'])).rejects.toThrow(
      'Failed to find the provider "tsanet@vendor". Known are: tsanet@v1, tsanet@production, tsanet@v2.',
    )
    await expect(loadProviders(['companybelgium@v2'])).rejects.toThrow('companybelgium has no variants.')
    await expect(loadProviders(['beel@sprin-2026'])).rejects.toThrow('Did you mean "beel@spring-2026"?')
  })

  it.each([
    ['id: acme@old,', 'acme@old'],
    ['id: acme, variant: new,', 'acme'],
  ])('are refused where two documents are the same variant: %s', async (other, id) => {
    const [old = ''] = await acmes()
    await expect(loadProviders([], [old, await writeAcme(acme(['id: acme,', other]))])).rejects.toMatchObject(
      {
        code: 'SAME_PROVIDER',
        summary: `Failed to start: two documents have the provider id "${id}".`,
      },
    )
  })

  it('are refused by the name that both have, whichever is first', async () => {
    const [usual = ''] = await acmes()
    const other = await writeAcme(acme(['id: acme,', 'id: acme@old,']))
    await expect(loadProviders([], [other, usual])).rejects.toMatchObject({
      summary: 'Failed to start: two documents have the provider id "acme@old".',
      location: { file: usual },
    })
  })

  it('have to be known, the own ones as well', async () => {
    await expect(served(['acne'])).rejects.toThrow(
      'Failed to find the provider "acne". Did you mean "acme"? A document of your own is named with --spec FILE.',
    )
  })
})
