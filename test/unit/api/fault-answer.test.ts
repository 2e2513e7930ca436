import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Mock, startMock } from '../../../src/mock/start-mock.ts'
import { acme, complaintsAbout, writeAcme } from '../spec/acme-document.ts'

const LIMITED = `        '403': { $ref: '#/components/responses/Error' }
        '402':
          description: not paid
          content:
            application/json:
              schema: &quota
                type: object
                required: [error, plan]
                properties:
                  error: { type: string, x-mock-value: error.message }
                  plan: { type: string }
              example: { error: Pay first, plan: free }
        '409':
          description: no row
          content:
            application/json:
              schema:
                type: object
                properties: { at: { type: string, x-mock-value: now }, error: { type: string }, plan: { type: string } }
              example: { error: Busy, at: '2026-01-01T00:00:00.000Z', plan: free }
        '412':
          description: no example
          content:
            application/json:
              schema: { type: object, required: [left], properties: { left: { type: integer, minimum: 3 } } }
        '429':
          description: too many
          headers:
            Retry-After: { schema: { type: integer } }
            RateLimit-Limit: { schema: { type: integer }, example: 1000 }
            RateLimit-Remaining: { schema: { type: integer }, example: 7 }
            Sunset: { schema: { type: string, x-mock-value: operation.sunset }, example: 'Wed, 09 Dec 2026 00:00:00 GMT' }
            X-Plan: { required: true, schema: { type: string, enum: [free] } }
          content: { application/json: { schema: *quota, example: { error: Slow down, plan: free } } }
    post:
      operationId: createHook`

const DOCUMENT = acme(
  [
    "        '403': { $ref: '#/components/responses/Error' }\n    post:\n      operationId: createHook",
    LIMITED,
  ],
  [
    'x-mock-errors:\n',
    `x-mock-errors:
  - { when: fault, status: 402, code: QUOTA, message: 'Not paid: {method} {path}' }
  - { when: fault, status: 429, message: Too many requests, headers: { X-Reason: quota } }
  - { when: method, status: 405, response: Error, message: 'No {method}', headers: { Allow: '{allowed}' } }
`,
  ],
)

const JSON_TYPE = { 'content-type': 'application/json' }

let mock: Mock

beforeAll(async () => {
  mock = await startMock({ specs: [await writeAcme(DOCUMENT)], clock: 'virtual' })
})
afterAll(() => mock.close())

async function faulty(...does: Parameters<Mock['use']>) {
  const fault = mock.use(...does)
  const credentials = await mock.credentials('acme')
  const response = await fetch(`${mock.url('acme')}/hooks`, { headers: credentials })
  fault.remove()
  const text = await response.text()
  return {
    status: response.status,
    body: text === '' ? null : JSON.parse(text),
    headers: Object.fromEntries(response.headers),
  }
}

const status = (status: number) => faulty({ plane: 'api', on: { operation: 'listHooks' }, do: status })

describe('a status that a fault asks for', () => {
  it('is answered with the row for faults, the rest as the example has it', async () => {
    expect(await status(402)).toMatchObject({
      status: 402,
      body: { error: 'Not paid: GET /api/v2/hooks', plan: 'free' },
    })
  })

  it('is answered with the row of what can go wrong at the operation, filled in', async () => {
    expect(await status(403)).toMatchObject({ body: { message: 'Needs hooks:read' } })
    expect(await status(401)).toMatchObject({ body: { message: 'Who are you?' } })
  })

  it('has headers of the row and of the response, with their examples', async () => {
    const { body, headers } = await status(429)
    expect(body).toEqual({ error: 'Too many requests', plan: 'free' })
    expect(headers).toMatchObject({
      'retry-after': '1',
      'ratelimit-limit': '1000',
      'ratelimit-remaining': '7',
      'x-plan': 'free',
      'x-reason': 'quota',
    })
  })

  it('has no header whose source has nothing, though the document shows an example of it', async () => {
    expect((await status(429)).headers).not.toHaveProperty('sunset')
  })

  it('has the members of the example in its order', async () => {
    const { body } = await status(409)
    expect(Object.keys(body)).toEqual(['error', 'at', 'plan'])
    expect(body.at).not.toBe('2026-01-01T00:00:00.000Z')
  })

  it('is answered with a value made from the schema where there is nothing else', async () => {
    const { body } = await status(412)
    expect(body.left).toBeGreaterThanOrEqual(3)
  })

  it('is answered as another operation declares it where this one does not', async () => {
    expect(await status(404)).toMatchObject({ body: { message: expect.any(String) }, headers: JSON_TYPE })
    expect(mock.violations()).toEqual([])
  })

  it('is answered as the row of unknown methods has it, with those of the path', async () => {
    expect(await status(405)).toMatchObject({
      body: { message: expect.any(String) },
      headers: { ...JSON_TYPE, allow: 'GET, POST' },
    })
  })

  it('has no body where the document does not declare it', async () => {
    expect(await status(418)).toMatchObject({ status: 418, body: null })
    expect(mock.violations()).toEqual([])
  })

  it('is answered as the fault says where it says so', async () => {
    const answer = await faulty({
      plane: 'api',
      on: { operation: 'listHooks' },
      do: { status: 429, body: { own: true }, headers: { 'Retry-After': '9' } },
    })
    expect(answer).toMatchObject({ body: { own: true }, headers: { 'retry-after': '9' } })
    expect(answer.headers['x-plan']).toBeUndefined()
  })

  it('says of a rate limit how many requests it allows', async () => {
    const limit = {
      plane: 'api',
      on: { operation: 'listHooks' },
      do: { 'rate-limit': { limit: 0, per: '30s' } },
    }
    expect(await faulty(limit)).toMatchObject({
      status: 429,
      body: { error: 'Too many requests', plan: 'free' },
      headers: { 'retry-after': '30', 'ratelimit-limit': '0', 'ratelimit-remaining': '0' },
    })
  })

  it('loads nothing that makes up data', async () => {
    await status(412)
    const { cache } = createRequire(import.meta.url)
    expect(Object.keys(cache).filter((file) => /faker/.test(file))).toEqual([])
  })
})

it('refuses a row for faults whose status no operation declares', async () => {
  const wrong = acme(['x-mock-errors:\n', 'x-mock-errors:\n  - { when: fault, status: 429, message: no }\n'])
  expect(await complaintsAbout(wrong)).toEqual([
    'acme.yaml:15:20 #/x-mock-errors/0/status: Failed to load the provider document: the status 429 of a row for faults is not declared by any operation.',
  ])
})
