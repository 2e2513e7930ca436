import { describe, expect, it } from 'vitest'
import { pickCapture, readCaptures, readHeadersAndBody } from '../../../src/capture/read.ts'
import { startMock } from '../../../src/mock/start-mock.ts'
import { startReceiver } from '../../../src/receiver/receiver.ts'

const BODY = Buffer.concat([
  Buffer.from('{"name":"Begoña",\r\n "x": 1}\r\n\n'),
  Buffer.from([0xff, 0x00, 0x0a]),
])
const HEADERS = [
  ['Host', 'app.example'],
  ['Content-Type', 'application/json'],
  ['X-Twice', 'a'],
  ['X-Twice', 'b'],
] as const
const CAPTURE = { method: 'POST', url: '/hooks?a=1', headers: HEADERS, body: BODY, at: null, notes: [] }

const head = (end: string) =>
  ['POST /hooks?a=1 HTTP/1.1', ...HEADERS.map(([name, value]) => `${name}: ${value}`), '', ''].join(end)
const raw = (end = '\r\n', body = BODY) => Buffer.concat([Buffer.from(head(end)), body])
const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const read = (bytes: Buffer) => pickCapture(readCaptures(bytes))

describe('JSON that is nested too deeply', () => {
  const deep = (open: string, close: string) => open.repeat(3_000) + close.repeat(3_000)

  it.each([
    deep('[', ']'),
    deep('{"a":', '}').replace('}', '1}'),
    deep('{"request":', '}').replace('}', '1}'),
  ])('is no capture: %.12s', (text) => {
    expect(() => read(Buffer.from(text))).toThrow(
      'Failed to read the captured request: it is nested more than 1000 levels deep.',
    )
  })

  it('is not counted within strings', () => {
    const body = `{"a":"${'[{'.repeat(3_000)}\\"${'['.repeat(3_000)}"}`
    expect(read(json({ headers: {}, body })).body.toString()).toBe(body)
  })
})

describe('a raw request', () => {
  it.each(['\r\n', '\n'])('is read byte for byte, with lines ending in %j', (end) => {
    expect(read(raw(end))).toEqual(CAPTURE)
  })

  it('may have no body, and no empty line', () => {
    const bytes = Buffer.from('POST / HTTP/2\r\nHost: a')
    expect(read(bytes)).toEqual({ ...CAPTURE, url: '/', headers: [['Host', 'a']], body: Buffer.alloc(0) })
  })

  it('goes on with a header in the next line', () => {
    const bytes = Buffer.from('POST / HTTP/1.1\r\nX-Long: a\r\n  b\r\n\r\n')
    expect(read(bytes).headers).toEqual([['X-Long', 'a b']])
  })

  it('goes on over many lines, and has spaces within, in time that grows with them', () => {
    const lines = ' a\r\n'.repeat(100_000)
    const bytes = Buffer.from(
      `POST / HTTP/1.1\r\nX-Long: a\r\n${lines}X-Wide: a${' '.repeat(200_000)}b \t\r\n\r\n`,
    )
    const [long, wide] = read(bytes).headers
    expect(long?.[1]).toBe(`a${' a'.repeat(100_000)}`)
    expect(wide?.[1]).toBe(`a${' '.repeat(200_000)}b`)
  })

  it('is put together again from its chunks, and left alone where its tool has done that', () => {
    const start = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n'
    const chunked = Buffer.from(`${start}5;x=y\r\n{"a":\r\n3\r\n 1}\r\n0\r\n\r\n`)
    expect(read(chunked).body.toString()).toBe('{"a": 1}')
    expect(read(Buffer.from(`${start}{"a": 1}`)).body.toString()).toBe('{"a": 1}')
  })

  it('has a note where its length is another than was said', () => {
    const bytes = Buffer.from('POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}\n')
    expect(read(bytes)).toMatchObject({
      body: Buffer.from('{}\n'),
      notes: [
        'Content-Length says 2 bytes and the body has 3: the capture is not what was sent, byte for byte.',
      ],
    })
  })

  it('names the line that is no header', () => {
    expect(() => read(Buffer.from('POST / HTTP/1.1\nHost: a\n{"a":1}\n'))).toThrow(
      'Failed to read the captured request: line 3 is no header: "{"a":1}".',
    )
  })
})

describe('headers and body apart', () => {
  it.each([
    ['with a request line', head('\r\n'), '/hooks?a=1'],
    ['without one', head('\n').replace(/^.*\n/, ''), '/'],
    ['without an empty line', head('\n').replace(/^.*\n/, '').trim(), '/'],
  ])('%s', (_, text, url) => {
    expect(readHeadersAndBody(Buffer.from(text), BODY)).toEqual({ ...CAPTURE, url })
  })
})

describe('JSON', () => {
  const text = '{"a":"é"}'
  const request = {
    method: 'PUT',
    url: 'https://app.example/hooks',
    headers: { 'X-A': ['1', '2'], b: 'c' },
    body: text,
  }
  const capture = {
    method: 'PUT',
    url: 'https://app.example/hooks',
    headers: [
      ['X-A', '1'],
      ['X-A', '2'],
      ['b', 'c'],
    ],
    body: Buffer.from(text),
    at: null,
    notes: [],
  }

  it.each([
    ['one request', request, {}],
    ['a list with one', [request], {}],
    ['a time', { ...request, at: '2026-06-05T09:00:00Z' }, { at: Date.UTC(2026, 5, 5, 9) }],
    ['a time of nobody knows where', { ...request, at: '2026-06-05T09:00:00' }, {}],
    ['pairs of headers', { ...request, headers: [['b', 'c']] }, { headers: [['b', 'c']] }],
    [
      'headers as Node keeps them',
      { ...request, headers: ['b', 'c', 'd', 'e'] },
      {
        headers: [
          ['b', 'c'],
          ['d', 'e'],
        ],
      },
    ],
    ['base64', { ...request, body: BODY.toString('base64'), bodyEncoding: 'base64' }, { body: BODY }],
    ['no body', { ...request, body: null }, { body: Buffer.alloc(0) }],
    [
      'an event of a serverless function',
      {
        httpMethod: 'PUT',
        path: '/hooks',
        headers: { b: 'c' },
        body: BODY.toString('base64'),
        isBase64Encoded: true,
      },
      { url: '/hooks', headers: [['b', 'c']], body: BODY },
    ],
    [
      'a request bin',
      { data: [{ method: 'PUT', url: request.url, headers: request.headers, content: text }] },
      {},
    ],
    [
      'a tunnel, with the whole request beside it',
      {
        requests: [
          {
            start: '2026-06-05T09:00:00+02:00',
            request: { headers: { b: ['x'] }, raw: raw().toString('base64') },
          },
        ],
      },
      { ...CAPTURE, at: Date.UTC(2026, 5, 5, 7) },
    ],
    [
      'HAR, with the pseudo-headers of HTTP/2',
      {
        log: {
          version: '1.2',
          entries: [
            {
              startedDateTime: '2026-06-05T09:00:00.000Z',
              request: {
                method: 'PUT',
                url: request.url,
                headers: [
                  { name: ':method', value: 'PUT' },
                  { name: ':authority', value: 'app.example' },
                  { name: 'b', value: 'c' },
                ],
                postData: { mimeType: 'application/json', text },
              },
              response: { headers: [], content: { text: 'no request' } },
            },
          ],
        },
      },
      {
        headers: [
          ['b', 'c'],
          ['host', 'app.example'],
        ],
        at: Date.UTC(2026, 5, 5, 9),
      },
    ],
  ])('%s', (_, value, difference) => {
    expect(read(json(value))).toEqual({ ...capture, ...difference })
  })

  it('a line each, as listen and a log print them', () => {
    const lines = [
      { type: 'ready', url: 'http://127.0.0.1:3000' },
      { ...request, complete: false },
    ]
    expect(read(Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n')))).toEqual({
      ...capture,
      notes: ['The sender broke off before its body was complete.'],
    })
  })

  it('of several requests one has to be chosen', () => {
    const captures = readCaptures(json([request, { ...request, method: 'POST', url: '/b' }]))
    expect(pickCapture(captures, 2).url).toBe('/b')
    expect(() => pickCapture(captures)).toThrow(
      expect.objectContaining({
        summary: 'Failed to read the captured request: it has 2 requests.',
        hint: 'Choose one with --entry N: 1 is PUT https://app.example/hooks, 2 is POST /b.',
      }),
    )
    expect(() => pickCapture(captures, 3)).toThrow('it has no request number 3.')
  })
})

describe('what is no capture', () => {
  it.each([
    ['nothing', Buffer.alloc(0), 'it is empty'],
    ['a body alone', json({ type: 'a', data: { request: 1 } }), 'it is JSON without any headers'],
    ['text', Buffer.from('hello\nworld'), 'it is neither a raw HTTP request nor JSON'],
    [
      'a parsed body',
      json({ headers: {}, body: { a: 1 } }),
      'its body was parsed, so the bytes that were signed are gone',
    ],
    ['headers of another form', json({ headers: [1], body: '' }), '1 is no header'],
  ])('%s', (_, bytes, reason) => {
    expect(() => read(bytes)).toThrow(
      expect.objectContaining({
        kind: 'input',
        summary: `Failed to read the captured request: ${reason}.`,
        hint: expect.stringMatching(/\.$/),
      }),
    )
  })
})

describe('what hookproof itself writes', () => {
  it('of the control API: a delivery with its attempts', async () => {
    await using mock = await startMock({ providers: ['tsanet'] })
    await using receiver = await startReceiver({ respond: [200] })
    await mock.register('tsanet', { url: receiver.url })
    await mock.trigger('tsanet', 'note.created', { noteToken: 'Begoña' })
    await mock.settle()
    const list = await (await fetch(`${mock.origin}/_mock/deliveries`)).arrayBuffer()
    const [received] = receiver.received
    const found = pickCapture(readCaptures(Buffer.from(list)))
    expect(found.body).toEqual(received?.body)
    expect(found.url).toBe(receiver.url)
    expect(found.at).toBeGreaterThan(0)
    expect(received?.headers).toEqual(expect.arrayContaining([...found.headers]))
  })
})
