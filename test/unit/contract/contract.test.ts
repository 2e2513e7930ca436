import { describe, expect, it } from 'vitest'
import { contract, eventType, json, operation, request, response } from './sample.ts'

const THING = {
  type: 'object',
  required: ['url'],
  additionalProperties: false,
  properties: {
    url: { type: 'string', format: 'uri' },
    'a/b': { type: 'integer' },
    id: { type: 'string', readOnly: true },
  },
}

describe('a request', () => {
  it('that keeps to the document has no violations', async () => {
    const op = await operation('/things', 'post', json(THING))
    expect(contract.request(op, request({ body: { url: 'http://a.example', 'a/b': 1 } }))).toEqual([])
  })

  it('reports each place that is wrong, once, the missing and the undeclared property by their names', async () => {
    const op = await operation('/things', 'post', json(THING))
    expect(contract.request(op, request({ body: { extra: 1, 'a/b': 'x' } }))).toEqual([
      { location: 'body/url', rule: 'required', message: 'body/url is missing' },
      {
        location: 'body/extra',
        rule: 'additionalProperties',
        message: 'body/extra is not declared',
      },
      { location: 'body/a/b', rule: 'type', message: 'body/a/b must be integer' },
    ])
  })

  it('with a body that did not parse is not reported as missing', async () => {
    const op = await operation('/things', 'post', json(THING))
    expect(
      contract.request(op, request({ headers: { 'content-type': 'application/json' }, bodyLength: 7 })),
    ).toEqual([{ location: 'body', rule: 'body', message: 'body is not valid JSON' }])
  })

  it('with a body that was not read says why', async () => {
    const op = await operation('/things', 'post', json(THING))
    const headers = { 'content-type': 'application/json' }
    const unread = 'it has more than 20,000 values'
    expect(contract.request(op, request({ headers, bodyLength: 7, unread }))).toEqual([
      { location: 'body', rule: 'body', message: 'body cannot be read: it has more than 20,000 values' },
    ])
  })

  it('may not carry what is read only', async () => {
    const op = await operation('/things', 'post', json({ ...THING, required: ['url', 'id'] }))
    expect(contract.request(op, request({ body: { url: 'http://a.example' } }))).toEqual([])
    const [finding] = contract.request(op, request({ body: { url: 'http://a.example', id: 'x' } }))
    expect(finding?.location).toBe('body/id')
  })

  it.each([
    ['/things/x.jsonX', '/things/{id}.json'],
    ['/prefix/things/x.json', '/things/{id}.json'],
    ['/things/a/b', '/things/{id}'],
  ])('to %s does not fit %s, though Prism would match it', async (path, template) => {
    const op = await operation(template, 'get', { parameters: [ID] })
    expect(contract.request(op, request({ path }))).toEqual([
      { location: 'path', rule: 'path', message: `${path} is not ${template}` },
    ])
  })

  it('may hold commas, dots and escapes in its path', async () => {
    const op = await operation('/things/{id}', 'get', { parameters: [ID] })
    for (const id of ['a,b', 'a.b', 'a%2Fb', '%C3%A9', "a;b=c!'()*"])
      expect(contract.request(op, request({ path: `/things/${id}` }))).toEqual([])
  })

  it('with a broken escape in its path is a violation, where Prism throws', async () => {
    const op = await operation('/things/{id}', 'get', { parameters: [ID] })
    expect(contract.request(op, request({ path: '/things/%zz' }))).toEqual([
      { location: 'path/id', rule: 'format', message: 'path/id must be percent-encoded UTF-8' },
    ])
  })

  it.each([0, false, '', null])('with the body %j has a body, which Prism takes for none', async (body) => {
    const op = await operation('/things', 'post', json({ type: 'array' }))
    const violations = contract.request(op, request({ body }))
    expect(violations.map(({ location, rule }) => `${location} ${rule}`)).toEqual(['body type'])
  })

  it('without its required body is a violation', async () => {
    const op = await operation('/things', 'post', json(THING))
    expect(contract.request(op, request())).toEqual([
      { location: 'body', rule: 'required', message: 'body is missing' },
    ])
  })

  it.each([
    [undefined, 'header/content-type is missing; declared: application/json'],
    ['nonsense', 'header/content-type "nonsense" is no media type; declared: application/json'],
    ['text/plain', 'header/content-type text/plain is not declared; declared: application/json'],
    [
      'application/problem+json',
      'header/content-type application/problem+json is not declared; declared: application/json',
    ],
  ])('of the content type %s is a violation', async (contentType, message) => {
    const op = await operation('/things', 'post', json(THING))
    const headers: Record<string, string> = contentType === undefined ? {} : { 'content-type': contentType }
    expect(contract.request(op, request({ body: { url: 'http://a.example' }, headers }))).toEqual([
      { location: 'header/content-type', rule: 'media-type', message },
    ])
  })

  it('is validated by its own media type, not by the first that looks like it', async () => {
    const content = {
      'application/json': { schema: { type: 'object', required: ['a'] } },
      'application/vnd.b+json': { schema: { type: 'object', required: ['b'] } },
    }
    const op = await operation('/things', 'post', { requestBody: { content } })
    const headers = { 'content-type': 'application/vnd.b+json' }
    expect(contract.request(op, request({ body: { b: 1 }, headers }))).toEqual([])
    expect(
      contract.request(op, request({ body: { a: 1 }, headers })).map(({ location }) => location),
    ).toEqual(['body/b'])
  })

  it('with a body that is not declared is a violation', async () => {
    const op = await operation('/things', 'get', {})
    expect(contract.request(op, request({ body: {} }))).toEqual([
      { location: 'body', rule: 'body', message: 'body is not declared, but there is one' },
    ])
  })

  it('with an absent list header does not make Prism throw', async () => {
    const header = { in: 'header', name: 'X-Tags', schema: { type: 'array', items: { type: 'integer' } } }
    const op = await operation('/things', 'get', { parameters: [header] })
    expect(contract.request(op, request())).toEqual([])
    expect(contract.request(op, request({ headers: { 'x-tags': '1, b' } }))).toEqual([
      { location: 'header/x-tags/1', rule: 'type', message: 'header/x-tags/1 must be integer' },
    ])
  })

  it('names a query parameter as it is declared, not in lower case as Prism does', async () => {
    const op = await operation('/things', 'get', {
      parameters: [query('pageSize', { type: 'integer', maximum: 50 })],
    })
    expect(contract.request(op, request({ query: { pageSize: '51' } }))).toEqual([
      {
        location: 'query/pageSize',
        rule: 'maximum',
        message: 'Request query parameter pagesize must be <= 50',
      },
    ])
  })

  it('with a deprecated parameter keeps to the contract', async () => {
    const old = { ...query('old', { type: 'string' }), deprecated: true }
    const op = await operation('/things', 'get', { parameters: [old] })
    expect(contract.request(op, request({ query: { old: 'x' } }))).toEqual([])
  })
})

describe('a schema that does not compile', () => {
  it('throws, where Prism would accept everything', async () => {
    const op = await operation(
      '/things',
      'post',
      json({ type: 'object', properties: { a: { type: 'strin' } } }),
    )
    expect(() => contract.request(op, request({ body: { a: 1 } }))).toThrow('type must be JSONType')
  })
})

describe("the mock's own answer", () => {
  const declared = (content: object) => ({
    responses: { 200: { description: 'ok', content }, 204: { description: 'gone' } },
  })
  const ok = declared({ 'application/json': { schema: { type: 'object', required: ['id'] } } }) as never

  it('that keeps to the document has no violations', async () => {
    const op = await operation('/things', 'get', ok)
    expect(contract.response(op, response({ body: { id: 1 } }))).toEqual([])
    expect(contract.response(op, response({ status: 204 }))).toEqual([])
  })

  it('has no undeclared status, which Prism only warns of', async () => {
    const op = await operation('/things', 'get', ok)
    expect(contract.response(op, response({ status: 404, body: {} }))).toEqual([
      { location: 'status', rule: 'status', message: 'status 404 is not declared; declared: 200, 204' },
    ])
  })

  it('has no body where none is declared, which Prism lets pass', async () => {
    const op = await operation('/things', 'get', ok)
    expect(contract.response(op, response({ status: 204, body: {} }))).toEqual([
      { location: 'body', rule: 'body', message: 'body is not declared for 204, but there is one' },
    ])
  })

  it('has no body at 204, even where a document declares one', async () => {
    const content = { 'application/json': { schema: { type: 'object' } } }
    const op = await operation('/things', 'get', { responses: { 204: { description: 'gone', content } } })
    expect(contract.response(op, response({ status: 204 }))).toEqual([])
    expect(contract.response(op, response({ status: 204, body: {} })).map(({ rule }) => rule)).toEqual([
      'body',
    ])
  })

  it('has the body that is declared', async () => {
    const op = await operation('/things', 'get', ok)
    expect(contract.response(op, response({ headers: { 'content-type': 'application/json' } }))).toEqual([
      { location: 'body', rule: 'required', message: 'body is declared for 200, but there is none' },
    ])
    expect(contract.response(op, response({ body: {} }))).toEqual([
      { location: 'body/id', rule: 'required', message: 'body/id is missing' },
    ])
  })

  it('is validated by its own media type, not by the first that looks like it', async () => {
    const op = await operation('/things', 'get', {
      ...declared({
        'application/json': { schema: { type: 'object', required: ['data'] } },
        'application/problem+json': { schema: { type: 'object', required: ['title'] } },
      }),
    } as never)
    const problem = { headers: { 'content-type': 'application/problem+json' } }
    expect(contract.response(op, response({ body: { title: 'x' }, ...problem }))).toEqual([])
    const violations = contract.response(op, response({ body: { data: 'x' }, ...problem }))
    expect(violations.map(({ location }) => location)).toEqual(['body/title'])
  })

  it('is not taken for another media type with the same ending', async () => {
    const op = await operation('/things', 'get', ok)
    const headers = { 'content-type': 'application/problem+json' }
    expect(contract.response(op, response({ body: { id: 1 }, headers }))).toEqual([
      {
        location: 'header/content-type',
        rule: 'media-type',
        message: 'header/content-type application/problem+json is not declared; declared: application/json',
      },
    ])
  })

  it('has its required headers', async () => {
    const op = await operation('/things', 'get', {
      responses: {
        200: { description: 'ok', headers: { 'X-Id': { required: true, schema: { type: 'integer' } } } },
      },
    })
    expect(contract.response(op, response({ headers: { 'x-id': '7' } }))).toEqual([])
    expect(contract.response(op, response()).map(({ location, rule }) => `${location} ${rule}`)).toEqual([
      'header/x-id required',
    ])
  })

  it('may match a range of statuses or the default', async () => {
    const op = await operation('/things', 'get', {
      responses: { '4XX': { description: 'no' }, default: { description: 'any' } },
    })
    expect(contract.response(op, response({ status: 418 }))).toEqual([])
    expect(contract.response(op, response({ status: 503 }))).toEqual([])
  })
})

describe('a delivery', () => {
  it('keeps to the body and the headers of its event', async () => {
    const header = { in: 'header', name: 'X-Event', required: true, schema: { const: 'sample.made' } }
    const event = await eventType({ parameters: [header], ...json(THING) }, [
      { name: 'X-Event', required: true, schema: { const: 'sample.made' } },
    ])
    const headers = { 'content-type': 'application/json', 'x-event': 'sample.made' }
    expect(contract.delivery(event, { headers, body: { url: 'http://a.example' } })).toEqual([])
    const wrong = contract.delivery(event, { headers: { ...headers, 'x-event': 'other' }, body: {} })
    expect(wrong.map(({ location, rule }) => `${location} ${rule}`)).toEqual([
      'body/url required',
      'header/x-event const',
    ])
  })

  it('has its headers validated by Prism, too', async () => {
    const header = { in: 'header', name: 'X-Event', required: true, schema: { const: 'sample.made' } }
    // Without the headers that our own validator goes by.
    const event = await eventType({ parameters: [header], ...json({}) })
    const headers = { 'content-type': 'application/json', 'x-event': 'other' }
    expect(contract.delivery(event, { headers, body: {} })).toEqual([
      {
        location: 'header/x-event',
        rule: 'const',
        message: 'Request header parameter x-event must be equal to constant',
      },
    ])
  })

  it('may carry a deprecated header, as providers do for years', async () => {
    const header = { in: 'header', name: 'x-old', deprecated: true, schema: { type: 'string' } }
    const event = await eventType({ parameters: [header], ...json({}) })
    const headers = { 'content-type': 'application/json', 'x-old': 'x' }
    expect(contract.delivery(event, { headers, body: {} })).toEqual([])
  })
})

describe("a receiver's answer", () => {
  it('is validated by its status, whatever its body', async () => {
    const content = { 'application/json': { schema: { type: 'object' } } }
    const event = await eventType({ ...json({}), responses: { '2XX': { description: 'taken', content } } })
    expect(contract.receiverAnswer(event, { status: 202, headers: { 'content-type': 'text/html' } })).toEqual(
      [],
    )
    expect(contract.receiverAnswer(event, { status: 500, headers: {} })).toEqual([
      { location: 'status', rule: 'status', message: 'status 500 is not declared; declared: 2XX' },
    ])
  })
})

const ID = { in: 'path', name: 'id', required: true, schema: { type: 'string' } }

function query(name: string, schema: object) {
  return { in: 'query', name, schema } as never as { in: string; name: string; schema: never }
}
