import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCaptures } from '../../src/capture/read.ts'
import { MockError } from '../../src/core/errors.ts'
import type { Json } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'

import { loadScenario } from '../../src/scenario/file/load.ts'
import { properties } from '../../src/spec/document.ts'
import { loadContractOperations, loadProvider } from '../../src/spec/load.ts'
import type { Operation } from '../../src/spec/provider.ts'
import { CONTROL_DOCUMENT, shippedProviders } from '../../src/spec/shipped.ts'

import { SHAPES, STRANGE } from '../support/shapes.ts'
import { measured } from '../support/work.ts'

// Every entry of the mock is given inputs that are large in every way. The work must grow as the input does, nothing may be
// answered at length, and nothing may hold up everybody else.

const SMALL = 60_000
const LARGE = 4 * SMALL

/** Four times the input may take four times as long; the rest is for the garbage collector and the noise of the machine. */
const MOST_GROWTH = 10

/** Less says nothing about growth. */
const LEAST_MS = 6

const ROUNDS = 4

const MOST_HOLD_MS = 250

/** A refusal quotes, and lists a hundred violations at most. */
const MOST_ANSWER = 300_000

const providers = await Promise.all(shippedProviders().map(({ file }) => loadProvider(file)))
const control = (await loadContractOperations(CONTROL_DOCUMENT)).operations

let mock: Mock
let folder: string
beforeAll(async () => {
  mock = await startMock({
    providers: providers.map(({ id }) => id),
    clock: 'virtual',
    seed: 'bounded-work',
  })
  folder = await mkdtemp(join(tmpdir(), 'hookproof-bounded-'))
})
afterAll(async () => {
  await mock.close()
  await rm(folder, { recursive: true })
})

interface Answer {
  readonly status: number
  readonly length: number
}

function send(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  text = '',
): Promise<Answer> {
  const { hostname, port } = new URL(mock.origin)
  const bytes = Buffer.from(text)
  return new Promise((resolve, reject) => {
    const sent = request({
      hostname,
      port,
      method,
      path,
      headers: {
        ...(bytes.length > 0 && { 'Content-Type': 'application/json', 'Content-Length': bytes.length }),
        ...headers,
      },
    })
    sent.once('error', reject).once('response', (response) => {
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
      })
      response.once('end', () => resolve({ status: response.statusCode ?? 0, length })).once('error', reject)
    })
    sent.end(bytes)
  })
}

interface Expected {
  readonly sizes?: readonly [small: number, large: number]
  readonly mostHold?: number
}

/** Runs the work at both sizes. What looks too long is measured again: the garbage of others may have been in it. */
async function expectBounded(
  name: string,
  work: (size: number) => Promise<unknown>,
  { sizes: [small, large] = [SMALL, LARGE], mostHold = MOST_HOLD_MS }: Expected = {},
): Promise<void> {
  let shown = ''
  for (let round = 0; round < ROUNDS; round++) {
    const less = await measured(() => work(small))
    const more = await measured(() => work(large))
    if (more.cpu < MOST_GROWTH * Math.max(less.cpu, LEAST_MS) && more.hold < mostHold) return
    shown = `${name}: ${Math.round(less.cpu)} ms, then ${Math.round(more.cpu)} ms, ${Math.round(more.hold)} ms at once`
  }
  throw new Error(shown)
}

/** A body that is large as a whole, and one for each of its members, beside an example of the others. */
function bodiesOf({ body }: Operation): readonly (readonly [name: string, (inner: string) => string])[] {
  const [content] = body?.contents ?? []
  if (content === undefined) return []
  const example = exampleOf(content as unknown as { readonly schema: Json; readonly examples?: Json })
  return [
    ['the body', (inner) => inner],
    ...properties(content.schema).map(([name]): readonly [string, (inner: string) => string] => [
      name,
      (inner) => JSON.stringify({ ...example, [name]: '@' }).replace('"@"', () => inner),
    ]),
  ]
}

function exampleOf({ schema }: { readonly schema: Json }): object {
  const { example, examples } = schema as { example?: object; examples?: readonly object[] }
  return example ?? examples?.[0] ?? {}
}

const pathOf = ({ path }: Operation) => path.replaceAll(/\{[^}]+\}/g, '00000000-0000-4000-8000-000000000000')

/** As much as Node takes of a request's head. */
const HEADS: Readonly<Record<string, (characters: number) => readonly [query: string, headers: object]>> = {
  'many parameters': (n) => [`?${Array.from({ length: n / 4 }, (_, i) => i.toString(36)).join('&')}`, {}],
  'many parameters of one name': (n) => [`?${'page&'.repeat(n / 5)}`, {}],
  'a long parameter': (n) => [`?page=${'1'.repeat(n)}`, {}],
  'nested parameters': (n) => [`?page${'[a]'.repeat(n / 3)}=1`, {}],
  'a long Accept': (n) => ['', { accept: Array.from({ length: n / 8 }, (_, i) => `a/${i}`).join(',') }],
  'a long Content-Type': (n) => ['', { 'content-type': `application/json;${'a=b;'.repeat(n / 4)}` }],
  'a long header': (n) => ['', { 'x-long': 'h'.repeat(n), 'idempotency-key': 'k'.repeat(n / 8) }],
  'many headers': (n) => [
    '',
    Object.fromEntries(Array.from({ length: n / 16 }, (_, i) => [`x-header-${i}`, 'v'])),
  ],
}

describe.each(providers.map((provider) => [provider.id, provider] as const))(
  'the API of %s',
  (_, provider) => {
    const base = () => new URL(mock.url(provider.id)).pathname
    const declared = (operation: Operation) =>
      new Set([...operation.responses.keys(), ...[...provider.responses.keys()].map(Number)])

    it.each(provider.operations.map((operation) => [operation.id, operation] as const))(
      '%s',
      async (id, operation) => {
        const credentials = await mock.credentials(provider.id)
        const { method } = operation
        const check = (what: string, { status, length }: Answer) => {
          expect([...declared(operation), 404, 431], `${id} ${what}`).toContain(status)
          if (status >= 400) expect(length, `${id} ${what}`).toBeLessThan(MOST_ANSWER)
        }
        for (const [part, body] of bodiesOf(operation))
          for (const [shape, text] of Object.entries({ ...SHAPES, strange: (_: number) => STRANGE }))
            await expectBounded(`${id}: ${part} is ${shape}`, async (size) =>
              check(shape, await send(method, base() + pathOf(operation), credentials, body(text(size)))),
            )
        for (const [shape, head] of Object.entries(HEADS))
          await expectBounded(
            `${id}: ${shape}`,
            async (size) => {
              const [query, headers] = head(size)
              check(
                shape,
                await send(method, base() + pathOf(operation) + query, { ...credentials, ...headers }),
              )
            },
            { sizes: [3_000, 12_000] },
          )
        expect(mock.violations().filter(({ by }) => by === 'mock')).toEqual([])
      },
      240_000,
    )
  },
)

describe('the control API', () => {
  /** What each operation is asked beside the member that is large. */
  const BESIDE: Readonly<Record<string, object>> = {
    createAccount: { provider: 'beel' },
    createWebhook: { provider: 'beel', url: 'http://127.0.0.1:9/hooks' },
    createEvent: { provider: 'beel', type: 'invoice.emitted' },
    createFault: { plane: 'delivery', do: 'drop' },
    advanceClock: {},
    settle: {},
    reset: { provider: 'beel' },
  }

  it.each(control.map((operation) => [operation.id, operation] as const))(
    '%s',
    async (id, operation) => {
      const path = pathOf(operation).replace(/^(?!\/_mock)/, '/_mock')
      const call = async (what: string, query: string, headers: object, body?: string) => {
        const { status, length } = await send(operation.method, path + query, { ...headers }, body)
        expect(status, `${id} ${what}`).toBeLessThan(500)
        if (status >= 400) expect(length, `${id} ${what}`).toBeLessThan(MOST_ANSWER)
      }
      const members = properties(operation.body?.contents[0]?.schema ?? {}).map(([name]) => name)
      const bodies = [
        ['the body', (inner: string) => inner] as const,
        ...members.map(
          (name) =>
            [
              name,
              (inner: string) => JSON.stringify({ ...BESIDE[id], [name]: '@' }).replace('"@"', () => inner),
            ] as const,
        ),
      ]
      if (operation.body !== null)
        for (const [part, body] of bodies)
          for (const [shape, text] of Object.entries({ ...SHAPES, strange: (_: number) => STRANGE }))
            await expectBounded(`${id}: ${part} is ${shape}`, (size) => call(shape, '', {}, body(text(size))))
      if (id === 'stream') return expect(operation.body).toBeNull()
      for (const [shape, head] of Object.entries(HEADS))
        await expectBounded(
          `${id}: ${shape}`,
          (size) => {
            const [query, headers] = head(size)
            return call(shape, query, headers)
          },
          { sizes: [3_000, 12_000] },
        )
    },
    240_000,
  )
})

describe('a trigger that keeps to nothing', () => {
  it.each(providers.map(({ id, events }) => [id, [...events.keys()][0] ?? ''] as const))(
    'is sent raw, or refused, for %s',
    async (provider, type) => {
      for (const raw of [true, false])
        for (const [shape, text] of Object.entries({ ...SHAPES, strange: (_: number) => STRANGE }))
          await expectBounded(`${provider}: ${raw ? 'raw ' : ''}payload is ${shape}`, async (size) => {
            const rest = JSON.stringify({ provider, type, raw })
            const body = `${rest.slice(0, -1)},"payload":${text(size)}}`
            const { status } = await send('POST', '/_mock/events', {}, body)
            expect([202, 400, 422], shape).toContain(status)
          })
      expect(({} as { polluted?: number }).polluted).toBeUndefined()
    },
    120_000,
  )

  it('names hundreds of fields that are to be left out', async () => {
    await expectBounded('remove', async (size) => {
      const names = Array.from({ length: size / 30 }, (_, i) => `m${i}`)
      const payload = Object.fromEntries(names.map((name) => [name, 0]))
      const remove = names.map((name) => `/${name}`)
      const event = { provider: 'beel', type: 'invoice.emitted', raw: true, payload, remove }
      expect((await send('POST', '/_mock/events', {}, JSON.stringify(event))).status).toBe(202)
    })
  })
})

describe('what has been kept of such requests', () => {
  it.each(['requests', 'violations', 'events', 'deliveries', 'webhooks', 'faults'])(
    '%s is listed at once',
    async (list) => {
      const { hold } = await measured(() => send('GET', `/_mock/${list}?limit=1000`, {}))
      expect(hold).toBeLessThan(MOST_HOLD_MS)
    },
  )
})

describe('files', () => {
  const scenario = { provider: 'tsanet', webhooks: { app: { url: 'http://127.0.0.1:9/h' } } }
  const load = async (text: string) => {
    const file = join(folder, 'scenario.json')
    await writeFile(file, text)
    await loadScenario(file)
  }
  const within = (whole: object, inner: string) => JSON.stringify(whole).replace('"@"', () => inner)

  const READERS: Readonly<Record<string, (inner: string) => Promise<unknown>>> = {
    'a scenario': load,
    'the steps of a scenario': (inner) => load(within({ ...scenario, steps: '@' }, inner)),
    'the webhooks of a scenario': (inner) => load(within({ ...scenario, webhooks: '@' }, inner)),
    'the payload of a trigger': (inner) =>
      load(within({ ...scenario, steps: [{ trigger: { event: 'note.created', payload: '@' } }] }, inner)),
    'a capture': async (inner) => readCaptures(Buffer.from(inner)),
    'the headers of a capture': async (inner) =>
      readCaptures(Buffer.from(within({ method: 'POST', url: '/', headers: '@', body: '' }, inner))),
    'the entries of a HAR file': async (inner) =>
      readCaptures(Buffer.from(within({ log: { entries: '@' } }, inner))),
  }

  it.each(Object.entries(READERS))(
    '%s',
    async (name, read) => {
      for (const [shape, text] of Object.entries({ ...SHAPES, strange: (_: number) => STRANGE }))
        await expectBounded(
          `${name} is ${shape}`,
          async (size) => {
            const error: unknown = await read(text(size)).then(
              () => undefined,
              (cause: unknown) => cause,
            )
            if (error === undefined) return
            expect(error, shape).toBeInstanceOf(MockError)
            expect((error as MockError).kind, shape).toBe('input')
            expect((error as MockError).message.length, shape).toBeLessThan(100_000)
          },
          { sizes: [4_000, 16_000], mostHold: Number.POSITIVE_INFINITY },
        )
    },
    240_000,
  )
})
