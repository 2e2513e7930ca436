import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts'
import { type Mock, startMock } from '../../src/mock/start-mock.ts'
import { type ApiAnswer, type ApiOptions, callApi, textAt } from '../support/api-call.ts'

const HOOK = 'http://127.0.0.1:9/hooks'
const JSON_TYPE = 'application/json'

let mock: Mock
beforeAll(async () => {
  mock = await startMock({ clock: { kind: 'virtual' } })
})
afterAll(async () => {
  expect(mock.violations().filter(({ by }) => by === 'mock')).toEqual([])
  await mock.close(0)
})

interface Sent extends ApiOptions {
  readonly body?: unknown
}

/** Answers without what differs from one to the next. */
function plain({ status, body }: ApiAnswer) {
  const text = JSON.stringify(body)
    .replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"TIME"')
    .replaceAll(/"request_id":"[0-9a-f]{32}"/g, '"request_id":"ID"')
  return { status, body: JSON.parse(text) as Json }
}

/** The same of every provider: what is wrong with the request before anyone looks at its content. */
const COMMON = {
  malformed: { raw: '{"name":' },
  missing: { raw: '' },
  notUtf8: { raw: Buffer.from('"\xff"', 'latin1') },
  wrongType: { raw: 'url=x', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
  jsonAsText: { raw: '{}', headers: { 'Content-Type': 'text/plain' } },
  malformedText: { raw: '{', headers: { 'Content-Type': 'text/plain' } },
  nobody: { body: {}, credentials: {} },
  nobodyMalformed: { raw: '{', credentials: {} },
  tooLarge: { raw: `"${'x'.repeat(3_000_000)}"` },
  tooDeep: { raw: '['.repeat(1_001) + ']'.repeat(1_001) },
  tooPrecise: { raw: '{"name":9007199254740993}' },
  list: { body: [] },
  nothing: { body: null },
} as const satisfies Record<string, Sent>

type Row<Told> = readonly [title: string, route: string, sent: Sent, status: number, told: Told]

async function expectAnswer(provider: string, route: string, sent: Sent, expected: ReturnType<typeof plain>) {
  const before = await mock.summary()
  const answer = await callApi(mock, provider, route, sent.body, sent)
  expect(plain(answer)).toEqual(expected)
  expect(await mock.summary(), 'nothing was kept').toEqual(before)
  return answer
}

it.each([
  [
    'a number that a double cannot hold',
    '{\n "url":"http://127.0.0.1:9/","x":9007199254740993}',
    'body cannot be read: in line 2, column 34, the number 9007199254740993 would become 9007199254740992',
  ],
  ['too many values', `[${'0,'.repeat(20_000)}0]`, 'body cannot be read: it has more than 20,000 values'],
  ['too deep', COMMON.tooDeep.raw, 'body cannot be read: it is nested more than 1000 levels deep'],
  ['malformed', '{', expect.stringMatching(/^body cannot be read: it is not valid JSON: .*(JSON|property)/)],
])('the violation by the client says why a body is not read: %s', async (_, raw, message) => {
  await callApi(mock, 'companybelgium', 'POST /webhook', undefined, { raw })
  expect(mock.violations({ by: 'client' }).at(-1)).toMatchObject({ location: 'body', message })
})

describe('companybelgium', () => {
  const CREATE = 'POST /webhook'
  const good = { name: 'Prod listener', url: HOOK, entityNumbers: ['0403.170.701'] }
  const strange = { 'X-API-Key': 'test_key', 'X-API-Secret': 'other_secret' }
  const WRONG_TYPE = 'Content-Type must be application/json'
  const NO_ACCESS = 'Missing or invalid API credentials'
  const url = (value: unknown) => ({ body: { ...good, url: value } })
  const entities = (value: unknown) => ({ body: { ...good, entityNumbers: value } })

  // biome-ignore format: a row a line
  it.each<Row<string>>([
    ['malformed', CREATE, COMMON.malformed, 400, 'Invalid JSON body'],
    ['no body', CREATE, COMMON.missing, 400, 'Invalid JSON body'],
    ['too deep', CREATE, COMMON.tooDeep, 400, 'Invalid JSON body'],
    ['a number that a double cannot hold', CREATE, COMMON.tooPrecise, 400, 'Invalid JSON body'],
    ['a number beyond all others', CREATE, { raw: '{"name":1e999}' }, 400, 'Invalid JSON body'],
    ['a form', CREATE, COMMON.wrongType, 400, WRONG_TYPE],
    ['type before syntax', CREATE, COMMON.malformedText, 400, WRONG_TYPE],
    ['no credential', CREATE, COMMON.nobody, 401, NO_ACCESS],
    ['credentials before syntax', CREATE, COMMON.nobodyMalformed, 401, NO_ACCESS],
    ["another account's secret", 'GET /webhooks', { credentials: strange }, 401, NO_ACCESS],
    ['half of the pair', 'GET /webhooks', { credentials: { 'X-API-Key': 'test_key' } }, 401, NO_ACCESS],
    ['too large', CREATE, COMMON.tooLarge, 400, 'Request body is larger than 1048576 bytes'],
    ['a list', CREATE, COMMON.list, 400, 'Request body must be a JSON object'],
    ['null', CREATE, COMMON.nothing, 400, 'Request body must be a JSON object'],
    ['nothing given', CREATE, { body: {} }, 400, 'Missing required field: name'],
    ['no url', CREATE, { body: { name: 'x' } }, 400, 'Missing required field: url'],
    ['an empty name', CREATE, { body: { ...good, name: '' } }, 400, 'Invalid field name: must NOT have fewer than 1 characters'],
    ['no url at all', CREATE, url('not a url'), 400, 'Invalid url: not a url is not an absolute URL'],
    ['url null', CREATE, url(null), 400, 'Invalid url: null is not an absolute URL'],
    ['a relative url', CREATE, url('/hooks'), 400, 'Invalid url: /hooks is not an absolute URL'],
    ['ftp', CREATE, url('ftp://example.be/x'), 400, 'Invalid url: ftp://example.be/x is not an absolute URL'],
    ['no host', CREATE, url('https:///x'), 400, 'Invalid url: https:///x is not an absolute URL'],
    ['http to a public host', CREATE, url('http://example.be/x'), 400, 'Invalid url: http://example.be/x must use https'],
    ['a bad entity', CREATE, entities(['0403.170.701', '12']), 400, 'Invalid entity number: 12'],
    ['one entity', CREATE, entities('0403.170.701'), 400, 'entityNumbers must be a list of enterprise or establishment numbers'],
    ['an unknown id', 'GET /webhook/wh_nope', {}, 404, 'Webhook not found'],
    ['an unknown id, PUT', 'PUT /webhook/wh_nope', { body: { disabled: true } }, 404, 'Webhook not found'],
    ['an unknown id, DELETE', 'DELETE /webhook/wh_nope', {}, 404, 'Webhook not found'],
    ['an unknown id, rotation', 'PATCH /webhook/wh_nope/hmac-secret', {}, 404, 'Webhook not found'],
    ['an unknown id, test', 'POST /webhook/wh_nope/trigger', {}, 404, 'Webhook not found'],
    ['an unknown id, log', 'GET /webhook/wh_nope/events', {}, 404, 'Webhook not found'],
    ['no entities', 'POST /webhook/wh_nope/subscriptions', { body: { entityNumbers: [] } }, 400, 'entityNumbers must contain at least one enterprise or establishment number'],
    ['DELETE without a body', 'DELETE /webhook/wh_nope/subscriptions', {}, 400, 'Invalid JSON body'],
    ['the plural for one', 'GET /webhooks/wh_1?x=1', {}, 404, 'Endpoint not found: GET /api/v2/webhooks/wh_1'],
    ['a wrong method', 'DELETE /webhook', {}, 404, 'Endpoint not found: DELETE /api/v2/webhook'],
    ['a broken escape', 'GET /webhook/%E0%A4%A', {}, 404, 'Endpoint not found: GET /api/v2/webhook/%E0%A4%A'],
  ])('%s', async (_, route, sent, status, error) => {
    const body = { success: false, data: null, error, timestamp: 'TIME', meta: null }
    const { headers } = await expectAnswer('companybelgium', route, sent, { status, body })
    expect([headers.get('content-type'), headers.get('allow')]).toEqual([JSON_TYPE, null])
  })
})

describe('beel', () => {
  const CREATE = 'POST /v1/webhooks'
  const good = { url: HOOK, events: ['invoice.emitted'] }
  const UNKNOWN = '/v1/webhooks/00000000-0000-4000-8000-000000000000'
  const EVENTS =
    'Must be one of: invoice.emitted, invoice.email.sent, invoice.cancelled, verifactu.status.updated'
  type Told = readonly [code: string, message: string, details?: Json | undefined]
  const invalid = (details: Json): Told => ['VALIDATION_ERROR', 'Validation error', details]
  const unreadable = (details?: Json): Told => ['INVALID_JSON_FORMAT', 'Invalid JSON format', details]
  const unauthorized: Told = ['UNAUTHORIZED', 'Authentication required']
  const unsupported: Told = ['UNSUPPORTED_MEDIA_TYPE', 'Unsupported media type']
  const badRequest: Told = ['BAD_REQUEST', 'Invalid request']
  const lacking = (scope: string): Told => [
    'INSUFFICIENT_SCOPE',
    'Insufficient scope',
    { missing_scopes: [scope] },
  ]
  const unknownId: Told = ['NOT_FOUND', 'Resource not found']
  const noUrl = invalid({ url: 'Must be a valid URL' })
  const url = (value: unknown) => ({ body: { ...good, url: value } })
  const events = (value: unknown) => ({ body: { ...good, events: value } })
  const key = (value: string) => ({ body: good, headers: { 'Idempotency-Key': value } })
  const badKey = [
    'INVALID_IDEMPOTENCY_KEY',
    'The idempotency key must be 1 to 255 letters, digits, hyphens or underscores',
  ] as const

  // biome-ignore format: a row a line
  it.each<Row<Told>>([
    ['malformed', CREATE, COMMON.malformed, 400, unreadable()],
    ['no body', CREATE, COMMON.missing, 400, unreadable()],
    ['not UTF-8', CREATE, COMMON.notUtf8, 400, unreadable()],
    ['too deep', CREATE, COMMON.tooDeep, 400, unreadable()],
    ['a form', CREATE, COMMON.wrongType, 415, unsupported],
    ['JSON as text', CREATE, COMMON.jsonAsText, 415, unsupported],
    ['no credential', CREATE, COMMON.nobody, 401, unauthorized],
    ['an unknown key', CREATE, { body: good, credentials: { Authorization: 'Bearer beel_sk_test_nope' } }, 401, unauthorized],
    ['another scheme', CREATE, { body: good, credentials: { Authorization: 'Basic beel_sk_test_hookproof' } }, 401, unauthorized],
    ['no write scope', CREATE, { body: good, account: 'reader' }, 403, lacking('webhooks:write')],
    ['scope before syntax', CREATE, { ...COMMON.malformed, account: 'reader' }, 403, lacking('webhooks:write')],
    ['scope before id', `DELETE ${UNKNOWN}`, { account: 'reader' }, 403, lacking('webhooks:write')],
    ['too large', CREATE, COMMON.tooLarge, 413, ['REQUEST_BODY_TOO_LARGE', 'Request body too large']],
    ['a list', CREATE, COMMON.list, 400, badRequest],
    ['null', CREATE, COMMON.nothing, 400, badRequest],
    ['nothing given', CREATE, { body: {} }, 422, invalid({ url: 'Field is required', events: 'Field is required' })],
    ['no url', CREATE, { body: { events: good.events } }, 422, invalid({ url: 'Field is required' })],
    ['url of another type', CREATE, url(5), 400, unreadable({ field: 'url', invalid_value: 5, expected_format: 'must be string' })],
    ['url null', CREATE, url(null), 400, unreadable({ field: 'url', invalid_value: null, expected_format: 'must be string' })],
    ['no url at all', CREATE, url('not a url'), 422, noUrl],
    ['ftp', CREATE, url('ftp://example.be'), 422, noUrl],
    ['no host', CREATE, url('https:///x'), 422, noUrl],
    ['http to a public host', CREATE, url('http://example.be/x'), 422, invalid({ url: 'Must be an HTTPS URL' })],
    ['a bad event', CREATE, events(['invoice.emitted', 'no.such']), 422, invalid({ events: EVENTS })],
    ['no events', CREATE, events([]), 422, invalid({ events: 'Must not be empty' })],
    ['one event', CREATE, events('invoice.emitted'), 400, unreadable({ field: 'events', invalid_value: 'invoice.emitted', expected_format: 'must be array' })],
    ['both', CREATE, { body: { url: 'x', events: ['y'] } }, 422, invalid({ events: EVENTS, url: 'Must be a valid URL' })],
    ['a key with a space', CREATE, key('a b'), 400, badKey],
    ['a key too long', CREATE, key('k'.repeat(256)), 400, badKey],
    ['an unknown id', `GET ${UNKNOWN}`, {}, 404, unknownId],
    ['an unknown id, PATCH', `PATCH ${UNKNOWN}`, { body: {} }, 404, unknownId],
    ['an unknown id, DELETE', `DELETE ${UNKNOWN}`, {}, 404, unknownId],
    ['an unknown id, rotation', `POST ${UNKNOWN}/secret`, {}, 404, unknownId],
    ['an unknown id, log', `GET ${UNKNOWN}/deliveries`, {}, 404, unknownId],
    ['an id that is no uuid', 'GET /v1/webhooks/17', {}, 400, invalid({ webhook_id: 'Must be a valid UUID' })],
    ['a bad page', 'GET /v1/webhooks?page=0&limit=x', {}, 400, invalid({ page: 'must be >= 1', limit: 'must be integer' })],
    ['page given twice', 'GET /v1/webhooks?page=1&page=2', {}, 400, invalid({ page: 'must be integer' })],
    ['a wrong method', 'PUT /v1/webhooks', { body: {} }, 405, ['METHOD_NOT_ALLOWED', 'Method PUT is not allowed']],
    ['no JSON accepted', 'GET /v1/webhooks', { headers: { Accept: 'image/png' } }, 406, ['NOT_ACCEPTABLE', 'Not acceptable']],
    ['an unknown route', 'GET /v1/webhook', {}, 404, ['NOT_FOUND', 'Resource not found']],
  ])('%s', async (_, route, sent, status, [code, message, details]) => {
    const error = { code, message, ...(details !== undefined && { details }) }
    const meta = { timestamp: 'TIME', request_id: 'ID' }
    const answer = await expectAnswer('beel', route, sent, { status, body: { success: false, error, meta } })
    expect(textAt(answer, '/meta/request_id')).toBe(answer.headers.get('x-request-id'))
    expect(answer.headers.get('allow')).toBe(status === 405 ? 'GET, HEAD, POST' : null)
  })

  it('lets ten webhooks be active, however many are created at once', async () => {
    // On a file, where a change takes its time and others may come between.
    const folder = await mkdtemp(join(tmpdir(), 'hookproof-limit-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await using kept = await startMock({ providers: ['beel'], db: join(folder, 'db.json') })
    const account = 'default'
    const create = () => callApi(kept, 'beel', CREATE, good, { account })
    const answers = await Promise.all(Array.from({ length: 20 }, create))
    const made = answers.filter(({ status }) => status === 201)
    const refused = answers.filter(({ status }) => status !== 201).map(plain)
    expect([made.length, refused.length]).toEqual([10, 10])
    const tooMany = {
      success: false,
      error: {
        code: 'VALIDATION_ERROR',
        message: 'Validation error',
        details: { url: 'Maximum 10 active webhook subscriptions' },
      },
      meta: { timestamp: 'TIME', request_id: 'ID' },
    }
    expect(refused).toEqual(Array.from({ length: 10 }, () => ({ status: 422, body: tooMany })))

    const path = `/v1/webhooks/${textAt(made[0] as ApiAnswer, '/data/id')}`
    const switchTo = (active: boolean) => callApi(kept, 'beel', `PATCH ${path}`, { active }, { account })
    expect((await switchTo(false)).status).toBe(200)
    expect((await create()).status).toBe(201)
    expect(plain(await switchTo(true))).toEqual({ status: 422, body: tooMany })
    expect((await callApi(kept, 'beel', `GET ${path}`, undefined, { account })).body).toMatchObject({
      data: { active: false },
    })
    expect(
      (await callApi(kept, 'beel', 'GET /v1/webhooks?limit=100', undefined, { account })).body,
    ).toMatchObject({
      data: { pagination: { total_items: 11 } },
    })
  })

  it('answers an Idempotency-Key the same way again, and another request with it not at all', async () => {
    const { name: account } = await mock.account('beel')
    const post = (path: string, body: unknown, key: string) =>
      callApi(mock, 'beel', `POST ${path}`, body, { account, headers: { 'Idempotency-Key': key } })
    const mismatch = {
      status: 409,
      body: {
        success: false,
        error: {
          code: 'IDEMPOTENCY_KEY_MISMATCH',
          message: 'The idempotency key was already used with a different request',
        },
        meta: { timestamp: 'TIME', request_id: 'ID' },
      },
    }
    const first = await post('/v1/webhooks', good, 'key_1')
    const again = await post('/v1/webhooks', good, 'key_1')
    expect([first.status, first.headers.get('idempotency-replay')]).toEqual([201, null])
    expect([again.status, again.headers.get('idempotency-replay')]).toEqual([201, 'true'])
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('x-request-id')).toBe(textAt(again, '/meta/request_id'))
    expect(plain(await post('/v1/webhooks', { ...good, url: `${HOOK}/other` }, 'key_1'))).toEqual(mismatch)

    // A mistake is not kept: mended, it may be sent again with the same key.
    expect((await post('/v1/webhooks', { ...good, events: [] }, 'key_2')).status).toBe(422)
    expect((await post('/v1/webhooks', good, 'key_2')).status).toBe(201)

    const rotate = (id: string) => post(`/v1/webhooks/${id}/secret`, undefined, 'key_1')
    const id = textAt(first, '/data/id')
    const rotated = await rotate(id)
    expect(textAt(rotated, '/data/secret')).not.toBe(textAt(first, '/data/secret'))
    expect((await rotate(id)).body).toEqual(rotated.body)
    const other = textAt(await post('/v1/webhooks', good, 'key_3'), '/data/id')
    expect(plain(await rotate(other))).toEqual(mismatch)
    const elsewhere = await callApi(mock, 'beel', CREATE, good, { headers: { 'Idempotency-Key': 'key_1' } })
    expect([elsewhere.status, elsewhere.headers.get('idempotency-replay')]).toEqual([201, null])

    await mock.clock.advance('24h')
    const later = await post('/v1/webhooks', good, 'key_1')
    expect([later.status, later.headers.get('idempotency-replay')]).toEqual([201, null])
    expect(textAt(later, '/data/id')).not.toBe(id)
  })

  it('makes one webhook of twenty requests with the same key at once', async () => {
    const { name: account } = await mock.account('beel')
    const create = () =>
      callApi(mock, 'beel', CREATE, good, { account, headers: { 'Idempotency-Key': 'at-once' } })
    const answers = await Promise.all(Array.from({ length: 20 }, create))
    const ids = answers.filter(({ status }) => status === 201).map((answer) => textAt(answer, '/data/id'))
    expect(new Set(ids).size).toBe(1)
    const others = answers.filter(({ status }) => status !== 201)
    expect(new Set(others.map((one) => `${one.status} ${textAt(one, '/error/code')}`)).size).toBeLessThan(2)
    for (const one of others) expect(textAt(one, '/error/code')).toBe('IDEMPOTENCY_KEY_PROCESSING')
  })
})

describe('donutwork', () => {
  const LIST = '/2026-02-01/webhooks.json'
  const CREATE = `POST ${LIST}`
  const good = { name: 'Billing Events', url: HOOK, events: 'RecurringPayments.charge.paid' }
  const hook = (change: JsonObject) => ({ body: { webhook: { ...good, ...change } } })
  const only = (webhook: Json) => ({ body: { webhook } })
  const must = (field: string) => `A valid "${field}" must be specified.`
  const NONE = 'Some events are not available'
  const NO_JSON = 'The request body is not valid JSON'

  // biome-ignore format: a row a line
  it.each<Row<string>>([
    ['malformed', CREATE, COMMON.malformed, 400, NO_JSON],
    ['no body', CREATE, COMMON.missing, 400, NO_JSON],
    ['too deep', CREATE, COMMON.tooDeep, 400, NO_JSON],
    ['a form', CREATE, COMMON.wrongType, 400, 'The request body must be application/json'],
    ['no credential', CREATE, COMMON.nobody, 401, 'Invalid token'],
    ['an unknown token', `GET ${LIST}`, { credentials: { Authorization: 'Bearer revoked' } }, 401, 'Invalid token'],
    ['no write permission', CREATE, { ...hook({}), account: 'reader' }, 403, 'Missing permission: webhooks:write'],
    ['too large', CREATE, COMMON.tooLarge, 400, 'The request body is too large'],
    ['not wrapped', CREATE, { body: good }, 400, must('name')],
    ['a list', CREATE, COMMON.list, 400, must('name')],
    ['webhook null', CREATE, only(null), 400, must('name')],
    ['nothing given', CREATE, only({}), 400, must('name')],
    ['an empty name', CREATE, hook({ name: '' }), 400, must('name')],
    ['name of another type', CREATE, hook({ name: 5 }), 400, must('name')],
    ['no url', CREATE, only({ name: 'x', events: 'x' }), 400, must('url')],
    ['no events', CREATE, only({ name: 'x', url: HOOK }), 400, must('events')],
    ['an empty list of events', CREATE, hook({ events: [] }), 400, must('events')],
    ['an empty event', CREATE, hook({ events: '' }), 400, must('events')],
    ['missing before wrong', CREATE, only({ name: 'x', url: 'not a url' }), 400, must('events')],
    ['no url at all', CREATE, hook({ url: 'not a url' }), 422, must('url')],
    ['no host', CREATE, hook({ url: 'https:///x' }), 422, must('url')],
    ['url before events', CREATE, hook({ url: 'not a url', events: 'no.such' }), 422, must('url')],
    ['http to a public host', CREATE, hook({ url: 'http://example.com/x' }), 400, must('url')],
    ['an unknown event', CREATE, hook({ events: ['RecurringPayments.charge.paid', 'no.such'] }), 422, NONE],
    ['an unknown event as text', CREATE, hook({ events: 'no.such' }), 422, NONE],
    ['description of another type', CREATE, hook({ description: 5 }), 400, must('description')],
    ['an unknown id', 'GET /2026-02-01/webhooks/wh_001.json', {}, 404, 'Webhook not found.'],
    ['an unknown id, DELETE', 'DELETE /2026-02-01/webhooks/wh_001.json', {}, 404, 'Webhook not found. Unable to delete unknown resource'],
    ['an unknown id in the query', `DELETE ${LIST}?webhookId=wh_001`, {}, 404, 'Webhook not found. Unable to delete unknown resource'],
    ['no id', `DELETE ${LIST}`, {}, 400, must('webhookId')],
    ['a size that is no number', `GET ${LIST}?size=all`, {}, 400, must('size')],
    ['without the suffix', 'GET /2026-02-01/webhooks', {}, 404, 'Not found'],
    ['a wrong method', `PATCH ${LIST}`, { body: {} }, 405, 'Method not allowed'],
  ])('%s', async (_, route, sent, status, error) => {
    await expectAnswer('donutwork', route, sent, { status, body: { error } })
  })
})

describe('tsanet', () => {
  const CREATE = 'POST /v1/webhooks'
  const url = (callbackUrl: unknown) => ({ body: { callbackUrl } })
  const types = (eventTypes: unknown) => ({ body: { callbackUrl: HOOK, eventTypes } })
  const auth = (callbackAuth: unknown) => ({ body: { callbackUrl: HOOK, callbackAuth } })
  const NO_ACCESS = 'Full authentication is required to access this resource'
  const NO_JSON_TYPE = 'Content type is not supported: application/json is expected.'
  const TITLES: Readonly<Record<number, string>> = {
    400: 'Bad Request',
    401: 'Unauthorized',
    404: 'Not Found',
    405: 'Method Not Allowed',
  }
  /** These are told before the mode of errors matters. */
  const SAME_STATUS = [401, 405]

  /** Where the default mode words it otherwise. */
  const LEGACY_TEXTS: Readonly<Record<string, string>> = {
    malformed: 'JSON parse error',
    'no body': 'JSON parse error',
    'too deep': 'JSON parse error',
  }

  // biome-ignore format: a row a line
  it.each<Row<string>>([
    ['malformed', CREATE, COMMON.malformed, 400, 'Failed to read request'],
    ['no body', CREATE, COMMON.missing, 400, 'Failed to read request'],
    ['too deep', CREATE, COMMON.tooDeep, 400, 'Failed to read request'],
    ['a form', CREATE, COMMON.wrongType, 400, NO_JSON_TYPE],
    ['no credential', CREATE, COMMON.nobody, 401, NO_ACCESS],
    ['an unknown token', 'GET /v1/webhooks', { credentials: { Authorization: 'Bearer nope' } }, 401, NO_ACCESS],
    ['too large', CREATE, COMMON.tooLarge, 400, 'Request body exceeds the maximum of 1048576 bytes.'],
    ['a list', CREATE, COMMON.list, 400, 'Request body must be a JSON object'],
    ['nothing given', CREATE, { body: {} }, 400, 'callbackUrl must not be null'],
    ['null', CREATE, url(null), 400, 'callbackUrl must be a valid URL: null'],
    ['no url at all', CREATE, url('not a url'), 400, 'callbackUrl must be a valid URL: not a url'],
    ['no host', CREATE, url('https:///x'), 400, 'callbackUrl must be a valid URL: https:///x'],
    ['an unknown event', CREATE, types(['no.such']), 400, 'Unknown event type no.such, accepted: collaboration-request.created, note.created'],
    ['another kind of auth', CREATE, auth({ type: 'OAUTH', username: 'a', password: 'b' }), 400, 'Unknown callbackAuth type OAUTH, accepted: BASIC'],
    ['auth without password', CREATE, auth({ type: 'BASIC', username: 'a' }), 400, 'password must not be null'],
    ['an unknown id', 'DELETE /v1/webhooks/999999', {}, 404, 'Webhook subscription not found: 999999'],
    ['an unknown id, log', 'GET /v1/webhooks/999999/deliveries', {}, 404, 'Webhook subscription not found: 999999'],
    ['an id that is no number', 'DELETE /v1/webhooks/abc', {}, 400, "Failed to convert 'id' with value: 'abc'"],
    ['an id beyond int64', 'DELETE /v1/webhooks/99999999999999999999', {}, 400, "Failed to convert 'id' with value: '99999999999999999999'"],
    ['a page below zero', 'GET /v1/webhooks/1/deliveries?page=-1', {}, 400, 'Page index must not be less than zero'],
    ['a size of zero', 'GET /v1/webhooks/1/deliveries?size=0', {}, 400, 'Page size must not be less than one'],
    ['a page that is no number', 'GET /v1/webhooks/1/deliveries?page=x', {}, 400, "Failed to convert 'page' with value: 'x'"],
    ['a wrong method', 'PATCH /v1/webhooks', { body: {} }, 405, "Method 'PATCH' is not supported."],
  ])('%s', async (title, route, sent, status, text) => {
    const [, path = ''] = route.split(' ')
    const detail = {
      type: 'about:blank',
      title: TITLES[status] ?? '',
      status,
      detail: text,
      instance: path.replace(/\?.*/, ''),
    }
    for (const accept of ['application/problem+json', 'application/json, application/problem+json;q=0.5']) {
      const { headers } = await expectAnswer(
        'tsanet',
        route,
        { ...sent, headers: { ...sent.headers, Accept: accept } },
        { status, body: detail },
      )
      expect(headers.get('content-type')).toBe('application/problem+json')
    }
    const legacyStatus = SAME_STATUS.includes(status) ? status : 500
    for (const accept of ['*/*', 'application/json']) {
      const legacy = { ...sent, headers: { ...sent.headers, Accept: accept } }
      const { headers } = await expectAnswer('tsanet', route, legacy, {
        status: legacyStatus,
        body: { message: LEGACY_TEXTS[title] ?? text },
      })
      expect(headers.get('content-type')).toBe(JSON_TYPE)
      expect(headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null)
    }
  })

  it('takes http:// to a public host, as its beta does', async () => {
    const { status } = await callApi(mock, 'tsanet', CREATE, { callbackUrl: 'http://example.com/hooks' })
    expect(status).toBe(200)
  })
})

it('says where the providers are to a request that belongs to none', async () => {
  const answer = await fetch(`${mock.origin}/nobody/here`)
  const body = (await answer.json()) as Json
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    404,
    expect.stringMatching(/^application\/problem\+json/),
  ])
  expect(isJsonObject(body) && body.providers).toMatchObject(
    mock.providers.map(({ id, title, basePath }) => ({ id, title, url: `${mock.origin}${basePath}` })),
  )
})
