import express from 'express'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { expressPath } from '../../../src/api/router.ts'

describe('a path as Express has it', () => {
  it.each([
    ['/a/(a|b)*:foo', '/a/(a|b)*:foo', {}],
    ['/a/:x/[y]?+!', '/a/:x/[y]%3F+!', null],
    ['/a/{b', '/a/%7Bb', null],
    ['/a/{}', '/a/%7B%7D', null],
    ['/hooks/{id}.json', '/hooks/7.json', { id: '7' }],
    ['/hooks/{hook-id}', '/hooks/7', { 'hook-id': '7' }],
    ['/hooks/{1"\\}', '/hooks/7', { '1"\\': '7' }],
  ])('%s is literal but for its parameters', async (path, asked, params) => {
    const app = express()
    app.use(expressPath(path), (_request, response) => void response.send('mounted'))
    expect((await request(app).get(asked)).status).toBe(params === null ? 404 : 200)
    const routed = express()
    routed.get(expressPath(path), (incoming, response) => void response.json(incoming.params))
    if (params !== null) expect((await request(routed).get(asked)).body).toEqual(params)
  })
})
