import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { startMock } from '../../../src/mock/start-mock.ts'
import { publishedDocument } from '../../../src/spec/published.ts'

const acme = new URL('../../support/acme.yaml', import.meta.url).pathname
const folder = await mkdtemp(join(tmpdir(), 'hookproof-openapi-'))
const own = join(folder, 'acme.yaml')
await cp(acme, own)
const mock = await startMock({ specs: [own], serverNames: ['mock.test'] })
const [provider] = mock.providers
const id = provider?.id ?? ''
const base = `${mock.origin}/${id}`
afterAll(async () => {
  await mock.close(0)
  await rm(folder, { recursive: true })
})

interface OpenApi {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly [key: string]: unknown
}

const document = async (path: string): Promise<OpenApi> => {
  const answer = await fetch(`${base}/${path}`)
  expect(answer.status).toBe(200)
  return (await answer.json()) as OpenApi
}

/** With another Host than `fetch` would send. */
const asked = (Host: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const { port } = new URL(mock.origin)
    request({ port, path: `/${id}/openapi.json`, headers: { Host } }, resolve)
      .on('error', reject)
      .end()
  })

describe('a provider at the mock', () => {
  it('has its document, as JSON and as YAML, which are the same', async () => {
    const json = await fetch(`${base}/openapi.json`)
    const yaml = await fetch(`${base}/openapi.yaml`)
    expect([json, yaml].map(({ headers }) => headers.get('content-type'))).toEqual([
      'application/json',
      'application/yaml',
    ])
    const whole = (await json.json()) as OpenApi
    expect(parse(await yaml.text())).toEqual(whole)
    const { servers, ...rest } = parse(await readFile(acme, 'utf8')) as OpenApi
    expect(whole).toEqual({ ...rest, servers: [expect.anything(), ...servers] })
    expect(whole.servers[0]?.url).toBe(mock.url(id))
  })

  it('names the address by which it is asked', async () => {
    const text = Buffer.concat(await (await asked('mock.test:8080')).toArray()).toString()
    expect((JSON.parse(text) as OpenApi).servers[0]?.url).toBe(
      mock.url(id).replace(mock.origin, 'http://mock.test:8080'),
    )
  })

  it('leaves the keywords of the mock out where they are not wanted', async () => {
    expect(JSON.stringify(await document('openapi.json'))).toContain('x-mock-')
    expect(JSON.stringify(await document('openapi.json?x-mock=false'))).not.toContain('x-mock-')
    const refused = await fetch(`${base}/openapi.json?x-mock=no`)
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({ field: 'x-mock' }),
    ])
  })

  it('has it for pages of every site, which get nothing else', async () => {
    const headers = { Origin: 'https://swagger.test', 'Sec-Fetch-Site': 'cross-site' }
    const allowed = async (path: string) =>
      (await fetch(`${base}${path}`, { headers })).headers.get('access-control-allow-origin')
    expect(await allowed('/openapi.json')).toBe('*')
    expect(await allowed('/openapi.yaml')).toBe('*')
    expect(await allowed('/v1/webhooks')).toBeNull()
    expect((await asked('rebound.test')).statusCode).toBe(403)
  })

  it('answers HEAD without the document, and other methods itself', async () => {
    const head = await fetch(`${base}/openapi.json`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const post = await fetch(`${base}/openapi.json`, { method: 'POST' })
    expect(post.status).toBe(404)
  })

  it('is named with the address of its document by the mock', async () => {
    const there = `${base}/openapi.json`
    const listed = (await (await fetch(`${mock.origin}/_mock/providers`)).json()) as { openapi: string }[]
    expect(listed.map(({ openapi }) => openapi)).toEqual([there])
    const nowhere = (await (await fetch(`${mock.origin}/nowhere`)).json()) as {
      providers: { openapi: string }[]
    }
    expect(nowhere.providers.map(({ openapi }) => openapi)).toEqual([there])
  })

  it('is read again when the file has changed, and says so where it cannot be', async () => {
    const text = await readFile(acme, 'utf8')
    await writeFile(own, text.replace('title: Acme,', 'title: Acme anew,'))
    expect((await document('openapi.json')).info).toMatchObject({ title: 'Acme anew' })
    await rm(own)
    const gone = await fetch(`${base}/openapi.json`)
    expect([gone.status, await gone.json()]).toEqual([
      500,
      expect.objectContaining({ detail: expect.stringContaining('acme.yaml') }),
    ])
    await writeFile(own, text)
    expect((await document('openapi.json')).info).not.toMatchObject({ title: 'Acme anew' })
  })
})

describe('a document that many ask for at once', () => {
  it('is written once, and holds nobody up', async () => {
    const file = fileURLToPath(new URL('../../../openapi/beel.yaml', import.meta.url))
    const publication = { mount: `${mock.origin}/many`, keywords: true }
    const first = await publishedDocument(file, publication)
    expect(await publishedDocument(file, publication)).toBe(first)
    expect(await publishedDocument(file, { ...publication, keywords: false })).not.toBe(first)
    for (let port = 1; port <= 8; port++)
      await publishedDocument(file, { ...publication, mount: `http://127.0.0.1:${port}/many` })
    const again = await publishedDocument(file, publication)
    expect(again).not.toBe(first)
    expect(again).toEqual(first)
  })
})

describe('the control API', () => {
  it('has its document at its own address', async () => {
    const answer = await fetch(`${mock.origin}/_mock/openapi.json`)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    const whole = (await answer.json()) as OpenApi
    expect(whole.servers).toEqual([{ url: `${mock.origin}/_mock`, description: 'hookproof' }])
    expect(whole.paths).toHaveProperty(['/openapi.yaml', 'get'])
    const yaml = await fetch(`${mock.origin}/_mock/openapi.yaml`)
    expect(parse(await yaml.text())).toEqual(whole)
  })
})

describe('a document of several files', () => {
  it('is served as one', async () => {
    const split = join(folder, 'split.yaml')
    const text = await readFile(acme, 'utf8')
    const shared = {
      openapi: '3.1.0',
      components: { schemas: { Shared: { type: 'string', title: 'Elsewhere' } } },
    }
    await writeFile(join(folder, 'shared.json'), JSON.stringify(shared))
    const use =
      "components:\n  headers:\n    X-Shared: { schema: { $ref: './shared.json#/components/schemas/Shared' } }"
    await writeFile(split, text.replace(/^components:/m, use))
    await using several = await startMock({ specs: [split] })
    const whole = (await (await fetch(`${several.origin}/${id}/openapi.json`)).json()) as OpenApi
    expect(whole.components).toMatchObject({
      headers: { 'X-Shared': { schema: { $ref: '#/components/schemas/Shared' } } },
      schemas: { Shared: shared.components.schemas.Shared },
    })
  })
})

describe('a provider whose own API has the path', () => {
  it('answers it itself', async () => {
    const text = await readFile(acme, 'utf8')
    const file = join(folder, 'clash.yaml')
    const route = `paths:
  /openapi.json:
    servers: [{ url: https://acme.test }]
    get:
      operationId: own
      security: []
      responses:
        '200':
          description: Its own.
          content: { application/json: { schema: { type: object }, example: { its: own } } }
        '503': { description: Not now. }
`
    await writeFile(file, text.replace(/^paths:\n/m, route))
    await using clashing = await startMock({ specs: [file] })
    const get = async (path: string) => (await fetch(`${clashing.origin}/${id}/${path}`)).text()
    expect(JSON.parse(await get('openapi.json'))).toEqual({ its: 'own' })
    expect(await get('openapi.yaml')).toContain('openapi: "3.1.0"')
  })
})
