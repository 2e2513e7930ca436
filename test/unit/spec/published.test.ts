import { describe, expect, it } from 'vitest'
import { publish } from '../../../src/spec/published.ts'

const mount = 'http://127.0.0.1:4010/acme'
const mock = (path: string) => ({ url: `${mount}${path}`, description: 'hookproof' })

describe('the servers of a published document', () => {
  it('are the mock first, then the real ones', () => {
    const servers = [{ url: 'https://api.acme.test/v1/', description: 'live' }, { url: '{scheme}://b.test' }]
    expect(publish({ openapi: '3.1.0', servers }, { mount, keywords: true }).servers).toEqual([
      mock('/v1'),
      ...servers,
    ])
  })

  it('are the mock alone where a document names none, or only a path', () => {
    const servers = [{ url: '/v1' }]
    expect(publish({ servers }, { mount, keywords: true }).servers).toEqual([mock('/v1')])
    expect(publish({}, { mount, keywords: true }).servers).toEqual([mock('')])
  })

  it('are those of paths and operations as well, and no property of that name', () => {
    const servers = [{ url: 'https://hooks.acme.test/v2' }]
    const schema = { properties: { servers: { type: 'array' } }, examples: [{ servers: [{ url: 'a' }] }] }
    const document = {
      servers: [{ url: 'https://api.acme.test/v1' }],
      paths: {
        '/a': { servers, get: { parameters: [{ name: 'servers', schema }] } },
        '/b': { get: { servers } },
      },
      components: { schemas: { servers: schema } },
    }
    const { paths, components } = publish(document, { mount, keywords: true })
    expect(paths).toMatchObject({
      '/a': { servers: [mock('/v2'), ...servers], get: document.paths['/a'].get },
      '/b': { get: { servers: [mock('/v2'), ...servers] } },
    })
    expect(components).toEqual(document.components)
  })

  it('are where tokens come from, too, where the document has an operation for them', () => {
    const flows = (tokenUrl: string) => ({
      components: { securitySchemes: { o: { type: 'oauth2', flows: { clientCredentials: { tokenUrl } } } } },
    })
    const servers = [{ url: 'https://api.acme.test/v1/' }]
    const root = [{ url: 'https://api.acme.test' }]
    const paths = {
      '/token': { post: {} },
      '/oauth/token': { post: { servers: root } },
      '/oauth/key': { servers: root, get: {} },
    }
    const published = (tokenUrl: string) =>
      publish({ servers, paths, ...flows(tokenUrl) }, { mount, keywords: true }).components
    for (const path of ['/v1/token', '/oauth/token', '/oauth/key'])
      expect(published(`https://api.acme.test${path}`)).toEqual(flows(`${mount}${path}`).components)
    for (const other of [
      'https://login.test/token',
      '/oauth/token',
      'https://api.acme.test/v1/authorize',
      'https://api.acme.test/token',
    ])
      expect(published(other)).toEqual(flows(other).components)
  })
})

describe('the keywords of a published document', () => {
  const document = {
    'x-mock-provider': { id: 'acme' },
    'x-logo': { 'x-mock-logo': 1 },
    paths: { '/a': { get: { 'x-mock-operation': { action: 'list' }, 'x-group': 'a' } } },
    components: {
      schemas: {
        A: {
          properties: { 'x-mock-a': { type: 'string', 'x-mock-value': 'now' } },
          default: { 'x-mock-a': 'b' },
          examples: [{ 'x-mock-a': 'c' }],
        },
      },
    },
  }

  it('are there unless they are not wanted', () => {
    expect(publish(document, { mount, keywords: true })).toMatchObject(document)
  })

  it('leave everything else as it is: other extensions, names and values', () => {
    expect(publish(document, { mount, keywords: false })).toEqual({
      servers: [mock('')],
      'x-logo': { 'x-mock-logo': 1 },
      paths: { '/a': { get: { 'x-group': 'a' } } },
      components: {
        schemas: {
          A: {
            properties: { 'x-mock-a': { type: 'string' } },
            default: { 'x-mock-a': 'b' },
            examples: [{ 'x-mock-a': 'c' }],
          },
        },
      },
    })
  })
})
