import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'

let mock: Mock

beforeAll(async () => {
  mock = await startMock({ providers: ['companybelgium', 'tsanet'], clock: 'virtual' })
})
afterAll(() => mock.close(0))

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(`${mock.origin}${path}`, init)
  const type = response.headers.get('content-type')
  return { status: response.status, type, body: (await response.json()) as never }
}

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })

describe('CompanyBelgium', () => {
  const obtain = (fields: Readonly<Record<string, string>>) =>
    ask('/companybelgium/api/oauth/token', { method: 'POST', body: new URLSearchParams(fields) })
  const GRANT = { grant_type: 'client_credentials', client_id: 'app_test', client_secret: 'secret_test' }
  const envelope = (data: unknown, error: string | null) => ({
    success: error === null,
    data,
    error,
    timestamp: expect.any(String),
    meta: null,
  })

  it('exchanges client_id and client_secret for a bearer token, in the standard envelope', async () => {
    const { status, type, body } = await obtain(GRANT)
    expect([status, type]).toEqual([200, 'application/json'])
    expect(body).toEqual(
      envelope({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 3600 }, null),
    )
    const { access_token } = (body as { data: { access_token: string } }).data
    expect(await ask('/companybelgium/api/v2/webhooks', bearer(access_token))).toMatchObject({ status: 200 })
    await mock.clock.advance('1h')
    expect(await ask('/companybelgium/api/v2/webhooks', bearer(access_token))).toMatchObject({
      status: 401,
      body: envelope(null, 'Missing or invalid API credentials'),
    })
    expect(
      (await ask('/companybelgium/api/v2/webhooks', { headers: await mock.credentials('companybelgium') }))
        .status,
    ).toBe(200)
  })

  it.each([
    [{ ...GRANT, client_secret: 'secret_other' }, 401, 'Invalid client credentials'],
    [{ ...GRANT, grant_type: 'password' }, 400, 'Unsupported grant type: password'],
    [
      { grant_type: 'client_credentials', client_id: 'app_test' },
      400,
      'Missing required field: client_secret',
    ],
  ])('refuses %j', async (fields, status, error) => {
    expect(await obtain(fields)).toEqual({
      status,
      type: 'application/json',
      body: envelope(null, error),
    })
  })

  it('takes a form alone, and only beside the version of the API', async () => {
    const json = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(GRANT),
    }
    expect(await ask('/companybelgium/api/oauth/token', json)).toMatchObject({
      status: 400,
      body: envelope(null, 'Content-Type must be application/x-www-form-urlencoded'),
    })
    expect((await ask('/companybelgium/api/v2/oauth/token', json)).body).toEqual(
      envelope(null, 'Endpoint not found: POST /api/v2/oauth/token'),
    )
  })
})

describe('TSANet', () => {
  const login = (fields: Readonly<Record<string, string>>, accept = '*/*') =>
    ask('/tsanet/v1/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: accept },
      body: JSON.stringify(fields),
    })
  const USER = { username: 'test_user', password: 'test_password' }

  it('logs a user in, whose token is good for an hour', async () => {
    const { status, body } = await login(USER)
    expect(status).toBe(200)
    expect(body).toEqual({ accessToken: expect.any(String), tokenType: 'Bearer', expiresIn: 3600 })
    const { accessToken } = body as { accessToken: string }
    expect((await ask('/tsanet/v1/webhooks', bearer(accessToken))).status).toBe(200)
    expect((await ask('/tsanet/v1/webhooks', bearer('tsanet_test'))).status).toBe(200)
    await mock.clock.advance('1h')
    expect((await ask('/tsanet/v1/webhooks', bearer(accessToken))).status).toBe(401)
  })

  it('answers a wrong login with a 500 that says nothing, unless problem+json is accepted', async () => {
    const wrong = { ...USER, password: 'test' }
    expect(await login(wrong)).toEqual({
      status: 500,
      type: 'application/json',
      body: { message: 'Error processing request' },
    })
    expect(await login(wrong, 'application/problem+json')).toEqual({
      status: 401,
      type: 'application/problem+json',
      body: {
        type: 'about:blank',
        title: 'Unauthorized',
        status: 401,
        detail: 'Bad credentials',
        instance: '/v1/login',
      },
    })
  })

  it('knows each account by a login of its own', async () => {
    const made = await mock.account('tsanet')
    const { body } = await login(made.login ?? {})
    const { accessToken } = body as { accessToken: string }
    await ask('/tsanet/v1/webhooks', {
      method: 'POST',
      headers: { ...bearer(accessToken).headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ callbackUrl: 'http://127.0.0.1:9/' }),
    })
    expect((await mock.webhooks({ provider: 'tsanet' })).map(({ account }) => account)).toEqual([made.name])
  })
})

it('is announced to clients by the documents that the mock serves', async () => {
  const { body } = await ask('/companybelgium/openapi.json')
  expect(body).toMatchObject({
    components: {
      securitySchemes: {
        oauth2: {
          flows: { clientCredentials: { tokenUrl: `${mock.origin}/companybelgium/api/oauth/token` } },
        },
      },
    },
    paths: { '/oauth/token': { servers: [{ url: `${mock.origin}/companybelgium/api` }, {}] } },
  })
})

it('breaks no contract of its own', () => {
  expect(mock.violations().filter(({ by }) => by === 'mock')).toEqual([])
})
