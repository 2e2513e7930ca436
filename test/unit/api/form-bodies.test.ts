import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Mock, startMock } from '../../../src/mock/start-mock.ts'
import { acme, writeAcme } from '../spec/acme-document.ts'

const FORM = 'application/x-www-form-urlencoded'

const DOCUMENT = acme(
  [
    "content: { application/json: { schema: { $ref: '#/components/schemas/NewHook' } } }",
    `content: { ${FORM}: { schema: { $ref: '#/components/schemas/NewHook' } } }`,
  ],
  ['details: fields }', "message: '{field} {reason}' }"],
  [
    'properties: { url: { type: string } }',
    'properties: { url: { type: string }, active: { type: boolean } }',
  ],
)

let mock: Mock

beforeAll(async () => {
  mock = await startMock({ specs: [await writeAcme(DOCUMENT)] })
})
afterAll(() => mock.close())

async function create(body: string, type = FORM) {
  const headers = { ...(await mock.credentials('acme')), 'Content-Type': type }
  const response = await fetch(`${mock.url('acme')}/hooks`, { method: 'POST', headers, body })
  return { status: response.status, body: await response.json() }
}

it('takes the fields of a form as those of a body', async () => {
  const url = 'http://127.0.0.1:9/a?b=c&d'
  const answer = await create(new URLSearchParams({ url, active: 'false' }).toString())
  expect(answer).toMatchObject({ status: 201, body: { url, active: false } })
  expect(mock.violations()).toEqual([])
})

it.each([
  ['', FORM, ' the body is missing'],
  ['active=true', FORM, "url must have required property 'url'"],
  ['url=http://127.0.0.1:9&active=perhaps', FORM, 'active must be boolean'],
  ['url=a&url=b', FORM, 'url must be string'],
  ['url=%', FORM, ' the body is not a valid form'],
  ['&'.repeat(2_000), FORM, "url must have required property 'url'"],
  ['{"url":"http://127.0.0.1:9"}', 'application/json', `Content-Type must be ${FORM}`],
  [`x=${'x'.repeat(2_048)}`, FORM, ' more than 2048 bytes'],
])('refuses what breaks the contract: case %#', async (body, type, message) => {
  expect(await create(body, type)).toEqual({ status: 400, body: { message } })
})

it('keeps a violation for each field', async () => {
  const before = mock.violations().length
  await create('active=perhaps')
  expect(
    mock
      .violations()
      .slice(before)
      .map(({ by, location }) => [by, location]),
  ).toEqual(
    expect.arrayContaining([
      ['client', 'body/url'],
      ['client', 'body/active'],
    ]),
  )
})
