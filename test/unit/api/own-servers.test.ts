import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Mock, startMock } from '../../../src/mock/start-mock.ts'
import { acme, writeAcme } from '../spec/acme-document.ts'

// Paths with servers of their own: /hooks at the root of another host, the rest below /api/v2.
const DOCUMENT = acme(
  ['  /hooks:\n', "  /hooks:\n    servers: [{ url: 'https://hooks.acme.test/in' }]\n"],
  ["message: 'No webhook {id}'", "message: 'No webhook {id} at {path}'"],
)

let mock: Mock

beforeAll(async () => {
  mock = await startMock({ specs: [await writeAcme(DOCUMENT)], strict: true })
})
afterAll(() => mock.close())

async function ask(method: string, path: string, body?: unknown) {
  const response = await fetch(`${mock.origin}${path}`, {
    method,
    headers: { ...(await mock.credentials('acme')), 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

it('serves an operation at the path of its own server, and there alone', async () => {
  expect(await ask('POST', '/acme/in/hooks', { url: 'http://127.0.0.1:9/' })).toMatchObject({ status: 201 })
  expect(await ask('GET', '/acme/in/hooks')).toMatchObject({ status: 200, body: [{ id: 1 }] })
  expect(await ask('GET', '/acme/api/v2/hooks')).toEqual({
    status: 404,
    body: { message: 'Nothing at /api/v2/hooks' },
  })
  expect(mock.requests({}).slice(0, 2)).toMatchObject([
    { operation: 'createHook', path: '/acme/in/hooks' },
    { operation: 'listHooks', path: '/acme/in/hooks' },
  ])
})

it('says the path as the host of its server would see it', async () => {
  expect(await ask('PUT', '/acme/in/hooks')).toEqual({
    status: 404,
    body: { message: 'Nothing at /in/hooks' },
  })
  expect(await ask('DELETE', '/acme/api/v2/hooks/9')).toEqual({
    status: 404,
    body: { message: 'No webhook 9 at /api/v2/hooks/9' },
  })
})

it('takes everything else there for an unknown route', async () => {
  expect(await ask('GET', '/acme/in/other')).toEqual({
    status: 404,
    body: { message: 'Nothing at /in/other' },
  })
  expect(mock.requests({}).at(-1)).toMatchObject({ path: '/acme/in/other', operation: null, status: 404 })
  expect(mock.violations({}).at(-1)).toMatchObject({ rule: 'route', location: 'path' })
})
