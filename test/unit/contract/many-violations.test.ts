import { describe, expect, it } from 'vitest'
import { strictViolations } from '../../../src/contract/strict.ts'
import type { Json, JsonObject } from '../../../src/core/json.ts'
import { MAX_ERRORS } from '../../../src/schema/bounded-ajv.ts'
import { contract, eventType, json, operation, request, response } from './sample.ts'

const STRINGS: JsonObject = { type: 'array', items: { type: 'string' } }
const ZEROS: Json = Array(45_000).fill(0)

describe('a message that breaks its contract in 45,000 places', () => {
  it('has its first violations listed, in an order, and that there are others', async () => {
    const op = await operation('/things', 'post', json(STRINGS))
    const violations = contract.request(op, request({ body: ZEROS }))
    expect(violations).toHaveLength(MAX_ERRORS + 1)
    expect(violations[1]).toEqual({ location: 'body/1', rule: 'type', message: 'body/1 must be string' })
    expect(violations.at(-1)).toEqual({
      location: 'body',
      rule: 'more',
      message: `only the first ${MAX_ERRORS} violations of this message are listed`,
    })
  })

  it('may be an answer or a delivery as well', async () => {
    const content = { 'application/json': { schema: STRINGS } }
    const op = await operation('/things', 'get', { responses: { 200: { description: 'ok', content } } })
    expect(contract.response(op, response({ body: ZEROS }))).toHaveLength(MAX_ERRORS + 1)
    const type = await eventType(json(STRINGS))
    const headers = { 'content-type': 'application/json' }
    expect(contract.delivery(type, { headers, body: ZEROS })).toHaveLength(MAX_ERRORS + 1)
  })

  it('is not given to Prism, which would list them all', async () => {
    const op = await operation('/things', 'post', json({ items: { anyOf: [STRINGS, { const: 1 }] } }))
    let reads = 0
    const item = new Proxy({}, { get: () => reads++ })
    const body = [...Array(5_000).fill(0), item] as unknown as Json
    contract.request(op, { ...request({ body: [] }), body })
    expect(reads).toBe(0)
  })

  it('has as few undeclared members', async () => {
    const op = await operation('/things', 'post', json({ properties: { url: {} } }))
    const body = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`member-${i}`, 0]))
    expect(strictViolations(op, request({ body }))).toHaveLength(MAX_ERRORS)
  })
})

describe('a pattern that JavaScript would try for centuries', () => {
  const slow = '^(a+)+$'
  const text = `${'a'.repeat(200)}!`

  it('is matched in a body at once', async () => {
    const schema = { properties: { a: { pattern: slow }, b: { patternProperties: { [slow]: false } } } }
    const op = await operation('/things', 'post', json({ type: 'object', ...schema }))
    expect(contract.request(op, request({ body: { a: text, b: { [text]: 1, aa: 1 } } }))).toEqual([
      { location: 'body/a', rule: 'pattern', message: `body/a must match pattern "${slow}"` },
      { location: 'body/b/aa', rule: 'false schema', message: 'body/b/aa boolean schema is false' },
    ])
    expect(contract.request(op, request({ body: { a: 'aaa', b: { [text]: 1 } } }))).toEqual([])
  })

  it('is matched in parameters and headers at once', async () => {
    const op = await operation('/things', 'get', {
      parameters: [
        { name: 'q', in: 'query', schema: { type: 'string', pattern: slow } },
        { name: 'X-H', in: 'header', schema: { type: 'string', pattern: slow } },
      ],
      responses: { 200: { description: 'ok' } },
    })
    const violations = contract.request(op, request({ query: { q: text }, headers: { 'x-h': text } }))
    expect(violations.map(({ location, rule }) => `${location} ${rule}`)).toEqual([
      'query/q pattern',
      'header/x-h pattern',
    ])
  })

  it('that looks ahead means what it says', async () => {
    const op = await operation('/things', 'post', json({ pattern: '^(?!b)(?:a|b)+$' }))
    expect(contract.request(op, request({ body: 'ab' }))).toEqual([])
    expect(contract.request(op, request({ body: 'ba' }))).toHaveLength(1)
  })
})

it('a violation at a place with a very long name is short', async () => {
  const op = await operation('/things', 'post', json({ additionalProperties: false }))
  const [violation] = contract.request(op, request({ body: { [`k${'é'.repeat(300_000)}`]: 1 } }))
  expect(JSON.stringify(violation).length).toBeLessThan(3_000)
  expect(violation?.location).toMatch(/^body\/ké+…$/)
})

it('duplicates among many items are found without comparing each with each', async () => {
  const op = await operation('/things', 'post', json({ type: 'array', uniqueItems: true }))
  let reads = 0
  const body = Array.from({ length: 3_000 }, () =>
    Object.defineProperty({}, 'id', { enumerable: true, get: () => reads++ }),
  ) as unknown as Json
  const asked = request({ body: [] })
  expect(contract.request(op, { ...asked, body })).toEqual([])
  expect(reads).toBeLessThan(10 * 3_000)
})

it.each([
  ['a whole URL', 'http://a.example/x?y#z', true],
  ['another scheme', 'FTP://a.example', true],
  ['an address', 'http://127.0.0.1:9/', true],
  ['no web address', 'mailto:a@b.example', false],
  ['no host', 'http://', false],
  ['a space', 'http://a b', false],
  ['very many colons', `http://${'a:'.repeat(20_000)}@`, false],
  ['very many groups', `http://[${'1:'.repeat(20_000)}`, false],
])('a text with %s is judged as a URL in no time', async (_, url, isUrl) => {
  const op = await operation('/things', 'post', json({ type: 'string', format: 'url' }))
  const started = process.cpuUsage()
  expect(contract.request(op, request({ body: url })).length).toBe(isUrl ? 0 : 1)
  // The pattern of ajv-formats takes ten seconds and more for the last ones.
  expect(process.cpuUsage(started).user / 1_000).toBeLessThan(2_000)
})
