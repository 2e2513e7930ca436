import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as oauth from 'oauth4webapi'
import { afterEach, expect, it } from 'vitest'
import type { MockOptions } from '../../src/mock/options.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { OAUTH_ACCOUNTS, OAUTH_ACME } from '../support/oauth.ts'
import { writeAcme } from '../unit/spec/acme-document.ts'
import { leftByKill } from '../unit/state/left-by-kill.ts'

const file = await writeAcme(OAUTH_ACME, OAUTH_ACCOUNTS)

let mock: Mock
afterEach(() => mock.close())

async function start(options: MockOptions = {}): Promise<void> {
  mock = await startMock({ specs: [file], clock: 'virtual', ...options })
}

interface TokenAnswer {
  readonly access_token: string
  readonly scope: string
  readonly error: string
}

const ONE = { client_id: 'client one', client_secret: 's3cr:t+%/' }
const GRANT = { grant_type: 'client_credentials' }

async function tokenAnswer(fields: Readonly<Record<string, string>>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(fields)
  const response = await fetch(`${mock.origin}/acme/oauth/token`, { method: 'POST', body, headers })
  const answer = (await response.json()) as TokenAnswer
  return { status: response.status, headers: response.headers, body: answer }
}

async function tokenFor(fields: Readonly<Record<string, string>> = ONE): Promise<string> {
  const { body } = await tokenAnswer({ ...GRANT, ...fields })
  return body.access_token
}

async function list(token: string) {
  const response = await fetch(`${mock.url('acme')}/hooks`, { headers: { Authorization: `Bearer ${token}` } })
  return response.status
}

async function create(token: string) {
  const response = await fetch(`${mock.url('acme')}/hooks`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ url: 'http://127.0.0.1:9/' }),
  })
  return response.status
}

it('gets a fresh token by an account’s login, good where the account’s own key is', async () => {
  await start()
  const { status, headers, body } = await tokenAnswer({ ...GRANT, ...ONE })
  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect(body).toEqual({
    access_token: expect.stringMatching(/^at_[0-9a-z]{32}$/),
    token_type: 'Bearer',
    expires_in: 3600,
    scope: 'hooks:read hooks:write',
  })
  expect(await tokenFor()).not.toBe(body.access_token)
  expect(await create(body.access_token)).toBe(201)
  expect(await list(body.access_token)).toBe(200)
  expect(await list('acme_key')).toBe(200)
  expect((await mock.webhooks()).map(({ account }) => account)).toEqual(['default'])
  expect(mock.violations()).toEqual([])
  expect(mock.requests().map(({ operation, account }) => [operation, account])).toEqual([
    ['issueToken', 'default'],
    ['issueToken', 'default'],
    ['createHook', 'default'],
    ['listHooks', 'default'],
    ['listHooks', 'default'],
  ])
})

it('is good until its time is over by the mock’s clock', async () => {
  await start()
  const token = await tokenFor()
  await mock.clock.advance('59m59s')
  expect(await list(token)).toBe(200)
  await mock.clock.advance('1s')
  expect(await list(token)).toBe(401)
  expect(await list('at_nobody')).toBe(401)
  expect(await list('acme_key')).toBe(200)
  expect(await list(await tokenFor())).toBe(200)
})

it('has no more scopes than were asked for, nor than the account has', async () => {
  await start()
  const narrow = await tokenAnswer({ ...GRANT, ...ONE, scope: 'hooks:read' })
  expect(narrow.body.scope).toBe('hooks:read')
  expect([await list(narrow.body.access_token), await create(narrow.body.access_token)]).toEqual([200, 403])
  const reader = { client_id: 'reader', client_secret: 'secret3' }
  expect((await tokenAnswer({ ...GRANT, ...reader })).body.scope).toBe('hooks:read')
  expect(await tokenAnswer({ ...GRANT, ...reader, scope: 'hooks:read hooks:write' })).toMatchObject({
    status: 400,
    body: { error: 'invalid_scope', error_description: 'No scope hooks:write' },
  })
})

it.each([
  [{ ...GRANT, ...ONE, client_secret: 'secret2' }, 401, 'invalid_client'],
  [{ ...GRANT, client_id: 'client one' }, 401, 'invalid_client'],
  [GRANT, 401, 'invalid_client'],
  [{ ...ONE, grant_type: 'password' }, 400, 'unsupported_grant_type'],
  [ONE, 400, 'invalid_request'],
])('refuses %j as the document says: %i %s', async (fields, status, error) => {
  await start()
  const answer = await tokenAnswer(fields)
  expect([answer.status, answer.body.error]).toEqual([status, error])
  expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic realm="acme"' : null)
  expect(mock.violations().filter(({ by }) => by === 'mock')).toEqual([])
  expect(mock.requests()).toMatchObject([{ operation: 'issueToken', account: null }])
})

it('takes the client’s id and secret by HTTP Basic, encoded as in a form or as they are', async () => {
  await start()
  const basic = (user: string, password: string) => ({
    Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  })
  expect((await tokenAnswer(GRANT, basic('client+one', 's3cr%3At%2B%25%2F'))).status).toBe(200)
  expect((await tokenAnswer(GRANT, basic('client2', 'secret2'))).status).toBe(200)
  expect((await tokenAnswer(GRANT, basic('client2', 'secret'))).status).toBe(401)
  expect((await tokenAnswer(GRANT, { Authorization: 'Basic !!' })).status).toBe(401)
  expect((await tokenAnswer({ ...GRANT, ...ONE }, { Authorization: 'Bearer acme_other' })).status).toBe(200)
})

it('is what an OAuth client makes of it, which judges each answer by the RFC', async () => {
  await start()
  const server = { issuer: mock.origin, token_endpoint: `${mock.origin}/acme/oauth/token` }
  const options = { [oauth.allowInsecureRequests]: true }
  const { client_id, client_secret } = ONE
  const client = { client_id }
  for (const authentication of [
    oauth.ClientSecretBasic(client_secret),
    oauth.ClientSecretPost(client_secret),
  ]) {
    const parameters = { scope: 'hooks:read' }
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      authentication,
      parameters,
      options,
    )
    const got = await oauth.processClientCredentialsResponse(server, client, response)
    expect(got).toMatchObject({ token_type: 'bearer', expires_in: 3600, scope: 'hooks:read' })
    const url = new URL(`${mock.url('acme')}/hooks`)
    const hooks = await oauth.protectedResourceRequest(
      got.access_token,
      'GET',
      url,
      undefined,
      undefined,
      options,
    )
    expect(hooks.status).toBe(200)
  }
  const wrong = oauth.ClientSecretPost('wrong')
  const refused = await oauth.clientCredentialsGrantRequest(server, client, wrong, {}, options)
  await expect(oauth.processClientCredentialsResponse(server, client, refused)).rejects.toMatchObject({
    status: 401,
  })
})

it('outlives a snapshot and a reset, as long as its account is there', async () => {
  await start()
  const own = await mock.account('acme')
  const [token, theirs] = [await tokenFor(), await tokenFor(own.login)]
  const state = await mock.snapshot()
  await mock.reset({ account: own.name })
  expect([await list(token), await list(theirs)]).toEqual([200, 200])
  await mock.reset({ provider: 'acme' })
  expect([await list(token), await list(theirs)]).toEqual([200, 401])
  await mock.reset()
  expect([await list(token), await list(theirs)]).toEqual([200, 401])
  const later = await tokenFor()
  await mock.restore(state)
  expect([await list(token), await list(theirs), await list(later)]).toEqual([200, 200, 401])
})

it('is there again after a kill, until its time is over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hookproof-tokens-'))
  const db = join(folder, 'db.json')
  await start({ db })
  const token = await tokenFor()
  const left = await leftByKill(db)
  await mock.close()
  await start({ db })
  expect(await list(token)).toBe(200)
  await mock.clock.advance('1h')
  expect(await list(token)).toBe(401)
  await mock.close()
  await start({ db: left })
  expect(await list(token)).toBe(200)
})

it('is of the account that logged in, with a login of its own for each that is made', async () => {
  await start()
  const isolated = await mock.isolated()
  const login = await isolated.login('acme')
  expect(login.client_id).toMatch(/^client one_[0-9a-z]{10}$/)
  const answer = await fetch(`${mock.origin}/_mock/accounts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ provider: 'acme', scopes: ['hooks:read'] }),
  })
  const made = (await answer.json()) as { account: string; login: Record<string, string> }
  expect((await tokenAnswer({ ...GRANT, ...made.login })).body.scope).toBe('hooks:read')
  expect(await create(await tokenFor(login))).toBe(201)
  expect(await isolated.webhooks()).toHaveLength(1)
  expect(isolated.requests().map(({ operation }) => operation)).toEqual(['issueToken', 'createHook'])
  const [shown] = (await (await fetch(`${mock.origin}/_mock/providers`)).json()) as unknown[]
  expect(shown).toMatchObject({
    credentials: { Authorization: 'Bearer acme_key' },
    login: ONE,
    accounts: [{ name: 'default', login: ONE }, {}, {}, { login }, { name: made.account, login: made.login }],
  })
})

it('is the same for the same seed, and leaves the ids of events as they are', async () => {
  const idsOf = async (logins: number) => {
    await start({ seed: '7' })
    const tokens: string[] = []
    for (let i = 0; i < logins; i++) tokens.push(await tokenFor())
    const { event } = await mock.trigger('acme', 'note.created')
    await mock.close()
    return { tokens, event: event.id }
  }
  const none = await idsOf(0)
  const two = await idsOf(2)
  expect(await idsOf(2)).toEqual(two)
  expect(two.event).toBe(none.event)
})
