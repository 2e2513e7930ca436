import express from 'express'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { createDeferredListener, listen, unknownRoute, unreadableRequest } from '../../../src/api/listen.ts'
import type { Provider } from '../../../src/spec/provider.ts'
import { exchange } from '../../fuzz/http.ts'

const acme = { id: 'acme', name: 'acme', variant: null, title: 'Acme', basePath: '/acme/v1' } as Provider
const app = express()
  .get('/broken/:id', () => {
    throw new Error('secret details of the inside')
  })
  .use(unknownRoute([acme], () => 'http://mock.test'))
  .use(unreadableRequest)
const where = {
  providers: [
    {
      id: 'acme',
      title: 'Acme',
      url: 'http://mock.test/acme/v1',
      openapi: 'http://mock.test/acme/openapi.json',
    },
  ],
  control: 'http://mock.test/_mock',
}

describe('a request that belongs to nobody', () => {
  it('lists which providers are where', async () => {
    const answer = await request(app).post('/acne/v1/webhooks?x=1')
    expect(answer.status).toBe(404)
    expect(answer.type).toBe('application/problem+json')
    expect(JSON.parse(answer.text)).toEqual({
      title: 'No such route',
      status: 404,
      detail:
        'POST /acne/v1/webhooks?x=1 belongs to no provider. Did you mean "acme"? The addresses of the providers are listed below.',
      ...where,
    })
  })

  it('gets an index at the root', async () => {
    const answer = await request(app).get('/')
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { title: 'hookproof', ...where }])
    expect(answer.type).toBe('application/json')
  })

  it.each([
    ['/broken/%E0%A4%A', 400, 'The address or the head of the request is malformed.'],
    ['/broken/1', 500, 'The request could not be handled.'],
  ])('never shows the inside: %s', async (path, status, detail) => {
    const answer = await request(app).get(path)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.text)).toMatchObject({ status, detail })
    expect(answer.text).not.toContain('secret')
  })
})

it.each([
  ['http://[::1/acme/v1', 400, '"The address or the head of the request is malformed."'],
  ['http://[::1]/acme/v2', 404, 'belongs to no provider'],
  ['*', 404, 'belongs to no provider'],
])('answers a request for %s with a problem, and not with a page', async (target, status, detail) => {
  const requests = createDeferredListener()
  requests.open(app)
  const { port, close } = await listen(requests.listener, 0, '127.0.0.1')
  const head = `OPTIONS ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`
  const answer = await exchange(port, Buffer.from(head))
  await close(0)
  expect(answer.status).toBe(status)
  expect(answer.answer).toContain('Content-Type: application/problem+json')
  expect(answer.answer).toContain(detail)
})
