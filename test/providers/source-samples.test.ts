import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import express, { type RequestHandler } from 'express'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isJsonObject, type Json } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts'
import { callApi, textAt } from '../support/api-call.ts'
import { unlikeSample } from '../support/shape-of-sample.ts'
import { type SourceSample, samplesOf } from '../support/source-document.ts'

// The samples of the providers' source documents, as they stand there: curl in a shell, JavaScript as a module of its own
// process, the Express receiver in an Express app. Only the address of the API is another, and credentials come as the
// samples ask for them, in the environment. What JSON samples show is the shape of the mock's answers.

const run = promisify(execFile)

const folder = mkdtempSync(join(tmpdir(), 'hookproof-samples-'))
const hasCurl = spawnSync('curl', ['--version']).status === 0
const NO_CURL = 'curl is not installed; the samples are written for it'

const PROVIDERS = ['companybelgium', 'beel', 'donutwork']
let mock: Mock
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver({ respond: [200] })
  // The samples register URLs of example.be and yourapp.com, which nothing is to reach.
  mock = await startMock({
    providers: PROVIDERS,
    clock: 'virtual',
    forward: [{ from: '*', to: receiver.url }],
  })
})
afterAll(async () => {
  await mock.close(0)
  await receiver.close()
})
afterEach(async () => {
  expect(mock.violations().filter(({ by }) => by === 'mock')).toEqual([])
  await mock.reset()
})

function toMock(text: string, provider: string, from: string): string {
  expect(text).toContain(from)
  return text.replaceAll(from, mock.url(provider))
}

/** What a curl command prints, in the shell that people have. */
async function shell(command: string, env: Readonly<Record<string, string>> = {}): Promise<Json> {
  const { stdout } = await run('/bin/sh', ['-c', command], {
    env: { PATH: process.env.PATH ?? '', ...env },
  })
  return JSON.parse(stdout)
}

function sampleOf(samples: readonly SourceSample[], of: string): Json {
  const found = samples.find((one) => one.of === of)
  if (found === undefined) throw new Error(`no sample of ${of}`)
  return JSON.parse(found.text)
}

const titled = (samples: readonly SourceSample[]) => samples.map((sample) => [sample.of, sample] as const)

describe('companybelgium', () => {
  const API = 'https://companybelgium.be/api/v2'
  const DOCUMENT = 'companybelgium-api'
  const answers = samplesOf(DOCUMENT, 'json-answer')
  const commands = [...samplesOf(DOCUMENT, 'curl'), ...samplesOf('companybelgium-guide', 'curl')]
  const env = { API_KEY: 'test_key', API_SECRET: 'test_secret' }

  /** The samples call a webhook `wh_1a2b`: one that is kept under that id, and was sent something. */
  beforeEach(async () => {
    const url = 'https://example.be/hooks/bce'
    const entityNumbers = ['0403.170.701', '0738.916.703', '0738.916.702']
    const created = await callApi(mock, 'companybelgium', 'POST /webhook', { name: 'n', url, entityNumbers })
    await mock.trigger('companybelgium', 'enterprise.updated')
    await mock.settle()
    const kept = JSON.stringify(await mock.snapshot()).replaceAll(textAt(created, '/data/id'), 'wh_1a2b')
    await mock.restore(JSON.parse(kept))
  })

  /** Adding what is subscribed to already adds nothing. */
  const prepare = async (of: string) => {
    const numbers = { entityNumbers: ['0738.916.702'] }
    if (of === 'subscribe')
      await callApi(mock, 'companybelgium', 'DELETE /webhook/wh_1a2b/subscriptions', numbers)
  }

  const EXACT = ['update', 'delete', 'subscribe', 'unsubscribe']

  it.for(titled(commands))('runs the curl sample of %s', async ([of, { text }], { skip }) => {
    skip(!hasCurl, NO_CURL)
    await prepare(of)
    const answer = await shell(toMock(text, 'companybelgium', API), env)
    expect(unlikeSample(answer, sampleOf(answers, of))).toEqual([])
    if (EXACT.includes(of)) expect(answer).toMatchObject({ data: sampleData(of) })
  })

  it.each(titled(samplesOf(DOCUMENT, 'javascript')))(
    'runs the JavaScript sample of %s',
    async (of, { text }) => {
      await prepare(of)
      const file = join(folder, `${of}.mjs`)
      const shown = 'process.stdout.write(JSON.stringify({ status: res.status, data }))'
      writeFileSync(file, `${toMock(text, 'companybelgium', API)}\n${shown}\n`)
      const { stdout } = await run(process.execPath, [file], { env })
      const { status, data } = JSON.parse(stdout)
      expect(status).toBe(of === 'create' ? 201 : 200)
      expect(unlikeSample(data, sampleData(of))).toEqual([])
      if (EXACT.includes(of)) expect(data).toEqual(sampleData(of))
    },
  )

  it.each(titled(samplesOf(DOCUMENT, 'json-request')))(
    'sends the request body of %s with curl',
    (of, { text }) => {
      const [, body = ''] = /-d '(.*)'$/.exec(commands.find((one) => one.of === of)?.text ?? '') ?? []
      expect(JSON.parse(text)).toEqual(JSON.parse(body))
    },
  )

  it('sends the event that the guide shows', async () => {
    await mock.trigger('companybelgium', 'enterprise.updated')
    await mock.settle()
    const sent = JSON.parse(receiver.received.at(-1)?.body.toString() ?? '')
    const sample = sampleOf(samplesOf('companybelgium-guide', 'event'), 'enterprise.updated')
    expect(unlikeSample(sent, sample)).toEqual([])
    const { type, entityNumber, data } = sample as Record<string, Json>
    expect(sent).toMatchObject({ type, entityNumber, data } as object)
  })

  function sampleData(of: string): Json {
    const answer = sampleOf(answers, of)
    return isJsonObject(answer) ? (answer.data ?? null) : null
  }
})

describe("companybelgium's receiver, in Express", () => {
  let server: Server
  const statuses: number[] = []
  const secret = 'whsec_8f3a5b2e1c9d8f7e6b5a4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f'
  const before = process.env.WEBHOOK_SECRET

  beforeAll(async () => {
    const [sample] = samplesOf('companybelgium-guide', 'express')
    const file = join(folder, 'receiver.mjs')
    writeFileSync(file, sample?.text ?? '')
    const { handleWebhook }: { handleWebhook: RequestHandler } = await import(pathToFileURL(file).href)
    process.env.WEBHOOK_SECRET = secret
    const app = express()
    // "needs the RAW request body"
    app.use(express.json({ verify: (req, _res, raw) => Object.assign(req, { rawBody: raw }) }))
    app.use((_req, res, next) => {
      res.once('finish', () => statuses.push(res.statusCode))
      next()
    })
    app.post('/hooks', handleWebhook)
    server = createServer(app)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    if (before === undefined) delete process.env.WEBHOOK_SECRET
    else process.env.WEBHOOK_SECRET = before
    await new Promise((resolve) => server.close(resolve))
  })

  it('takes what the mock signs, also beyond ASCII, and refuses what another secret signed', async () => {
    await using own = await startMock({ providers: ['companybelgium'], clock: 'virtual' })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
    const fields = { entityNumbers: ['0403.170.701'] }
    const webhook = await own.register('companybelgium', { url, secret, fields })
    const { event } = await own.trigger('companybelgium', 'enterprise.updated')
    await own.delivered(event, { status: 'succeeded' })
    const beyond = { data: { changed: ['denomination'], denomination: 'Brasserie de l’Étoile 🍻' } }
    const { event: second } = await own.trigger('companybelgium', 'enterprise.updated', beyond)
    await own.delivered(second, { status: 'succeeded' })
    await own.setSecret(webhook.id, `${secret}0`)
    await own.trigger('companybelgium', 'enterprise.updated')
    await own.settle()
    expect(statuses).toEqual([200, 200, 401])
  })
})

describe('beel', () => {
  const answers = samplesOf('beel-create-webhook', 'json-answer')
  const [sample] = samplesOf('beel-create-webhook', 'curl')
  /** The page's lines were joined: each `\` stood at the end of one. */
  const command = () =>
    toMock(sample?.text ?? '', 'beel', 'https://app.beel.es/api').replaceAll('\\  ', '\\\n  ')

  it('runs the curl sample, which names no key, and the same with a key', async ({ skip }) => {
    skip(!hasCurl, NO_CURL)
    expect(await shell(command())).toMatchObject({ error: { code: 'UNAUTHORIZED' } })
    const { Authorization } = await mock.credentials('beel')
    const answer = await shell(`${command()} -H "Authorization: $KEY"`, { KEY: Authorization ?? '' })
    expectCreated(answer)
    expect(answer).toMatchObject({
      success: true,
      data: { url: 'https://yourapp.com/webhooks/beel', events: ['verifactu.status.updated'] },
    })
  })

  it('has four samples of answers, which are all tested', () => {
    expect(answers.map(({ of }) => of)).toEqual([
      'created',
      'bad-request',
      'unauthorized',
      'validation-error',
    ])
  })

  it('answers in the shape of the samples: created, bad request, unauthorized, validation error', async () => {
    const create = (body?: unknown, options = {}) => callApi(mock, 'beel', 'POST /v1/webhooks', body, options)
    const created = await create({ url: 'https://example.com', events: ['verifactu.status.updated'] })
    const badRequest = await create([])
    const unauthorized = await create({}, { credentials: {} })
    const invalid = await create({ events: ['verifactu.status.updated'] })
    expect([created, badRequest, unauthorized, invalid].map(({ status }) => status)).toEqual([
      201, 400, 401, 422,
    ])
    expectCreated(created.body)
    const samples = ['bad-request', 'unauthorized', 'validation-error'].map((of) => sampleOf(answers, of))
    // The sample's `field_name` stands for the name of a field.
    const shown = JSON.parse(JSON.stringify(samples).replace('"field_name"', '"url"')) as readonly Json[]
    for (const [i, { body }] of [badRequest, unauthorized, invalid].entries()) {
      expect(unlikeSample(body, shown[i] ?? null)).toEqual([])
      expect(body).toMatchObject({ error: (shown[i] as { error: object }).error })
    }
  })

  /** The sample has a time of last use, which a new subscription has not. */
  function expectCreated(answer: Json | undefined): void {
    const text = JSON.stringify(sampleOf(answers, 'created'))
    expect(
      unlikeSample(answer, JSON.parse(text.replace(/"last_used_at":"[^"]*"/, '"last_used_at":null'))),
    ).toEqual([])
  }
})

describe('donutwork', () => {
  const LIST = '/2026-02-01/webhooks.json'
  const answers = samplesOf('donutwork-api', 'json-answer')
  const request = sampleOf(samplesOf('donutwork-api', 'json-request'), 'create') as {
    webhook: Record<string, Json>
  }
  const call = async (route: string, body?: unknown) => (await callApi(mock, 'donutwork', route, body)).body
  const expectShape = (body: Json | undefined, of: string) =>
    expect(unlikeSample(body, sampleOf(answers, of)), of).toEqual([])
  const without = (field: string, more: Record<string, Json> = {}) => {
    const { [field]: _left, ...webhook } = request.webhook
    return { webhook: { ...webhook, ...more } }
  }

  it('takes the request sample, and answers in the shape of the samples', async () => {
    const created = await call(`POST ${LIST}`, request)
    expectShape(created, 'create')
    expect(created).toMatchObject(request.webhook)
    const { id } = created as { id: string }
    expectShape(await call(`GET ${LIST}`), 'list')
    expectShape(await call(`GET /2026-02-01/webhooks/${id}.json`), 'read')
    expect(await call('GET /2026-02-01/webhooks/types.json')).toEqual(sampleOf(answers, 'types'))
    expectShape(await call(`DELETE ${LIST}?webhookId=${id}`), 'delete')
  })

  it('has samples of nine answers, which are all tested', () => {
    const errors = ['create-invalid', 'create-unavailable', 'read-unknown', 'delete-unknown']
    const others = ['list', 'create', 'types', 'read', 'delete']
    expect(answers.map(({ of }) => of).toSorted()).toEqual([...errors, ...others].toSorted())
  })

  it('answers errors as the samples do', async () => {
    expect(await call(`POST ${LIST}`, without('url'))).toEqual(sampleOf(answers, 'create-invalid'))
    expect(await call(`POST ${LIST}`, without('events', { events: ['Some.event'] }))).toEqual(
      sampleOf(answers, 'create-unavailable'),
    )
    expect(await call('GET /2026-02-01/webhooks/wh_001.json')).toEqual(sampleOf(answers, 'read-unknown'))
    expect(await call(`DELETE ${LIST}?webhookId=wh_001`)).toEqual(sampleOf(answers, 'delete-unknown'))
  })
})
