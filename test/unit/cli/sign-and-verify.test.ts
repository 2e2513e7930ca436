import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from './fake-io.ts'

const NOTE =
  '{"eventType":"note.created","requestToken":"tok1","noteToken":"n-1","timestamp":"2026-06-05T14:32:15Z"}'
const CANCELLED =
  '{"id":"3f7a1b2c-4d5e-6f7a-8b9c-0d1e2f3a4b5c","type":"invoice.cancelled","created_at":"2026-03-19T11:12:13.140Z","api_version":"2025-01","livemode":false,"data":{"invoice_id":"550e8400-e29b-41d4-a716-446655440000","invoice_number":"A","cancellation_reason":null}}'
const SIGN = ['sign', '--provider', 'tsanet', '--secret', 's3cr3t']
const VERIFY = ['verify', '--provider', 'tsanet', '--secret', 's3cr3t']

let folder: string
const at = (name: string) => join(folder, name)
const put = async (name: string, text: string) => {
  await writeFile(at(name), text)
  return at(name)
}
/** A raw request with a body and the headers that `sign` prints for another, which may be the same. */
const dump = async (name: string, body: string, signed = body, line: readonly string[] = SIGN) => {
  const { out } = await run([...line, '-'], {}, signed)
  return put(
    name,
    `POST /hooks HTTP/1.1\r\nHost: app.example\r\n${out.replaceAll('\n', '\r\n')}\r\n\r\n${body}`,
  )
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookproof-capture-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a variant', () => {
  it('signs and verifies its own deliveries', async () => {
    const { out } = await run(['types', 'beel@autumn-2026', '--list', '--format', 'json'])
    const sample = out.split('\n').map((line) => JSON.parse(line))[0]
    const body = JSON.stringify(sample.sample)
    const flags = (id: string) => ['--provider', id, '--secret', 's3cr3t']
    const file = await dump('autumn.http', body, body, ['sign', ...flags('beel@autumn-2026')])
    expect((await run(['verify', ...flags('beel@autumn-2026'), file])).code).toBe(0)
    const other = await run(['verify', ...flags('beel@spring-2026'), file])
    expect(other.code).toBe(1)
    expect(other.out).toMatch(
      /^Another variant declares it so: verify it with --provider beel@autumn-2026\.$/m,
    )
  })

  it('that differs in every variant is compared with its own alone, and each difference is named once', async () => {
    const event = {
      specversion: '1.0',
      id: 'a',
      source: 'https://connect2.tsanet.net',
      type: 'org.tsanet.connect.note.created',
      time: '2026-06-05T14:32:15Z',
      datacontenttype: 'application/json',
      data: { requestToken: 't', noteToken: 'n' },
    }
    const verify = async (body: object) => {
      const head = `POST /hooks HTTP/1.1\r\nContent-Type: application/cloudevents+json\r\nX-Hub-Signature-256: sha256=${'0'.repeat(64)}`
      const file = await put('v2.http', `${head}\r\n\r\n${JSON.stringify(body)}`)
      return (await run(['verify', '--provider', 'tsanet', '--contract-only', file])).out
    }
    const found = await verify(event)
    expect(found.match(/body\/specversion +is not declared/g)).toHaveLength(1)
    expect(found).toMatch(/--provider tsanet@v2\.$/m)
    expect(await verify({ ...event, specversion: '2.0' })).not.toContain('--provider tsanet')
  })
})

describe('sign', () => {
  it('prints header lines for a file and for stdin, and as JSON', async () => {
    const file = await put('note.json', NOTE)
    const fromFile = await run([...SIGN, file])
    const hex = createHmac('sha256', 's3cr3t').update(NOTE).digest('hex')
    expect(fromFile).toEqual({
      code: 0,
      out: `Content-Type: application/json\nUser-Agent: TSANet-Connect/1.0\nX-Hub-Signature-256: sha256=${hex}`,
      err: '',
    })
    expect(await run([...SIGN, '-'], {}, NOTE)).toEqual(fromFile)
    const json = JSON.parse((await run([...SIGN, '--format', 'json', file])).out)
    expect(json.headers.map((line: string[]) => line.join(': ')).join('\n')).toBe(fromFile.out)
    expect(json).toMatchObject({
      url: null,
      signature: { scheme: 'hmac-sha256', content: NOTE },
      event: { type: 'note.created' },
    })
  })

  it('leaves stdin as it is', async () => {
    const text = `${NOTE} \r\n`
    const hex = createHmac('sha256', 's3cr3t').update(text).digest('hex')
    expect((await run([...SIGN, '-'], {}, text)).out).toContain(hex)
  })

  it('says where a body is of no event type', async () => {
    const { code, err } = await run([...SIGN, '-'], {}, 'hello')
    expect({ code, err }).toEqual({
      code: 0,
      err: 'The body is of no event type of tsanet; headers that name one are left out.',
    })
  })

  it.each([
    [
      ['sign', '-'],
      'Failed to read the command line: nothing says whose signature it is. Add --provider ID.',
    ],
    [
      ['sign', '--provider', 'tsanet', '-'],
      'Failed to sign as tsanet: there is no secret. Give the secret of the webhook.',
    ],
    [[...SIGN, '/nowhere.json'], 'Failed to read /nowhere.json: there is no such file.'],
    [
      [...SIGN, '--at', 'noon', '-'],
      'Failed to read --at: "noon" is not a time. Write it as 2026-06-05T09:00:00Z, or as seconds or milliseconds since 1970.',
    ],
    [
      ['sign', '--provider', 'beel', '--secret', 's', '--basic', 'u:p', '-'],
      'Failed to read --basic: beel has no HTTP Basic. Leave it out.',
    ],
    [[...SIGN, '--basic', 'u', '-'], 'Failed to read --basic: it has no colon. Write it as USER:PASSWORD.'],
  ])('refuses %j', async (line, err) => {
    expect(await run(line, {}, NOTE)).toEqual({ code: 2, out: '', err })
  })
})

describe('verify', () => {
  it('says that a delivery is as it is declared', async () => {
    expect(await run([...VERIFY, await dump('ok.http', NOTE)])).toEqual({
      code: 0,
      out: [
        'note.created  POST https://app.example/hooks',
        '',
        '  signature  is valid',
        '',
        'It is as tsanet declares it.',
      ].join('\n'),
      err: '',
    })
  })

  it('says in what a delivery differs', async () => {
    const changed = NOTE.replace('"tok1"', '5').replace('noteToken', 'notetoken')
    const file = await dump('changed.http', changed, NOTE)
    const { code, out, err } = await run([...VERIFY, file])
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(out).toBe(
      [
        'note.created  POST https://app.example/hooks',
        '',
        '  body/noteToken     is missing',
        '  body/requestToken  must be string; it is 5',
        '  body/notetoken     is not declared',
        '  signature          is not valid. None of the usual causes fits: the secret is probably another one, or the body was changed on its way.',
        '',
        '4 differences from what tsanet declares.',
      ].join('\n'),
    )
    const json = JSON.parse((await run([...VERIFY, '--format', 'json', file])).out)
    expect(json).toMatchObject({
      ok: false,
      provider: 'tsanet',
      event: { type: 'note.created', id: null, recognised: true },
      differences: [
        { location: 'body/noteToken', rule: 'required', message: 'is missing' },
        { location: 'body/requestToken', rule: 'type', message: 'must be string; it is 5' },
        { location: 'body/notetoken', rule: 'undeclared', message: 'is not declared' },
        {
          location: 'signature',
          rule: 'mismatch',
          message: expect.stringMatching(/^is not valid\. None of the usual/),
        },
      ],
      signature: { ok: false, reason: 'mismatch' },
      judgedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      notes: [],
    })
  })

  it('says that a body was written again', async () => {
    const file = await dump('again.http', JSON.stringify(JSON.parse(NOTE), null, 2), NOTE)
    const { code, out } = await run([...VERIFY, file])
    expect(code).toBe(1)
    expect(out).toContain(
      '  signature  is not valid. The signature fits this body written again as compact JSON: it was parsed and re-serialised; verify the raw bytes, before anything parses them.\n\n1 difference from',
    )
  })

  it('checks old captures at the time that is given, or at any age', async () => {
    const line = ['--provider', 'beel', '--secret', 'whsec_1']
    const file = await dump('old.http', CANCELLED, CANCELLED, [
      'sign',
      ...line,
      '--at',
      '2026-03-19T12:00:00+01:00',
    ])
    const stale = await run(['verify', ...line, '--at', '2026-03-19T11:06:00', file])
    expect(stale.code).toBe(1)
    expect(stale.out).toContain(
      '  signature  The signature is right, but its timestamp is 6m old and only 5m are allowed: a clock is wrong, or it was sent again later. Checked as of 2026-03-19T11:06:00.000Z; --at TIME checks it as of then, --ignore-age at any age.',
    )
    expect((await run(['verify', ...line, '--at', '1773918000', file])).code).toBe(0)
    expect((await run(['verify', ...line, '--ignore-age', file])).code).toBe(0)
    expect((await run(['verify', ...line, file])).code).toBe(1)
  })

  it('names the events of a file with several, and checks them all', async () => {
    const one = (body: string, signed: string, key: string) => ({
      method: 'POST',
      url: '/hooks',
      headers: [
        ['Content-Type', 'application/json'],
        ['X-Hub-Signature-256', signed],
      ],
      [key]: body,
    })
    const signed = /X-Hub-Signature-256: (\S+)/.exec((await run([...SIGN, '-'], {}, NOTE)).out)?.[1] ?? ''
    const good = one(NOTE, signed, 'body')
    const bad = one('{"eventType":"other"}', signed, 'body')
    const lines = (...all: object[]) => all.map((line) => JSON.stringify(line)).join('\n')
    const mixed = await put('mixed.jsonl', lines(good, bad))
    expect(await run([...VERIFY, mixed])).toMatchObject({
      code: 2,
      err: 'Failed to read the captured request: it has 2 requests. Choose one with --entry N: 1 is note.created (POST /hooks), 2 is an unknown event (POST /hooks).',
    })
    const all = await run([...VERIFY, '--all', mixed])
    expect(all).toMatchObject({ code: 1, err: '' })
    expect(all.out).toMatch(
      /^1 {2}note\.created {2}POST \/hooks\n[\s\S]*\n\n2 {2}an unknown event [\s\S]*\n\n1 of 2 deliveries differ\.$/,
    )
    const json = (await run([...VERIFY, '--all', '--format', 'json', mixed])).out
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(json).toMatchObject([
      { entry: 1, ok: true, differences: [] },
      { entry: 2, ok: false },
    ])
    const fine = await put('fine.jsonl', lines(good, good))
    expect(await run([...VERIFY, '--all', fine])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/\nAll 2 deliveries are as declared\.$/),
    })
    expect(await run([...VERIFY, '--all', '--entry', '1', fine])).toMatchObject({
      code: 2,
      err: 'Failed to read --entry: --all checks every one. Leave one of the two out.',
    })
  })

  it('reads headers and body from files of their own, and everything from stdin', async () => {
    const file = await dump('parts.http', NOTE)
    const headers = await put('headers.txt', (await run([...SIGN, '-'], {}, NOTE)).out)
    const body = await put('body.json', NOTE)
    expect((await run([...VERIFY, '--headers', headers, '--body', body])).code).toBe(0)
    expect((await run([...VERIFY, '-'], {}, await readFile(file, 'utf8'))).code).toBe(0)
  })

  it('takes no notice of HOOKPROOF_URL, which is the running mock', async () => {
    const file = await dump('url.http', NOTE)
    const { out } = await run([...VERIFY, file], { HOOKPROOF_URL: 'http://127.0.0.1:4010' })
    expect(out).toContain('POST https://app.example/hooks')
    expect((await run([...VERIFY, '--url', 'http://127.0.0.1:4010', file])).out).toContain(
      'POST http://127.0.0.1:4010',
    )
  })

  it('leaves the signature out on request only', async () => {
    const file = await dump('unsigned.http', NOTE, `${NOTE} `)
    const line = ['verify', '--provider', 'tsanet', file]
    expect(await run(line)).toEqual({
      code: 2,
      out: '',
      err: 'Failed to verify the signature: tsanet signs its deliveries, and there is no secret. Add --secret, or --contract-only to leave the signature out.',
    })
    const { code, out } = await run([...line, '--contract-only'])
    expect(code).toBe(0)
    expect(out).toMatch(
      /It is as tsanet declares it\.\nThe signature was not verified: no secret was given\.$/,
    )
  })

  it.each([
    [
      VERIFY,
      'Failed to read the command line: it names no capture, or more than one. Name one FILE (or - for stdin), or both --headers FILE and --body FILE.',
    ],
    [
      [...VERIFY, '--headers', '-'],
      'Failed to read the command line: it names no capture, or more than one. Name one FILE (or - for stdin), or both --headers FILE and --body FILE.',
    ],
    [[...VERIFY, '/nowhere'], 'Failed to read /nowhere: there is no such file.'],
    [
      [...VERIFY, '-'],
      'Failed to read the captured request: it is JSON without any headers. If it is the body alone, give its headers as well: --headers FILE --body FILE.',
    ],
    [[...VERIFY, '--entry', '0', '-'], 'Failed to read --entry: "0" is not an integer from 1 to 1000000.'],
  ])('refuses %j', async (line, err) => {
    expect(await run(line, {}, NOTE)).toEqual({ code: 2, out: '', err })
  })
})
