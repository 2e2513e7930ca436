import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { type DeliveryView, deliveryView } from '../../../src/api/views.ts'
import { visible } from '../../../src/core/text.ts'
import { attemptLines, deliveryDetails, deliveryTable } from '../../../src/report/deliveries.ts'
import { bodyLines, curlCommand } from '../../../src/report/request.ts'
import { COLOURED, chooseStyle, PLAIN } from '../../../src/report/terminal.ts'
import { AT, attempt, delivery, event, responded, webhook } from './feed-entries.ts'

const refused = {
  kind: 'connection-failed',
  error: 'connect ECONNREFUSED 127.0.0.1:3000',
  code: 'ECONNREFUSED',
} as const
const exhausted: DeliveryView = {
  ...deliveryView(delivery({ status: 'exhausted', reason: 'no attempt is left of 2' }), event, webhook, [
    attempt(responded(503)),
    attempt(refused, { number: 2, sentAt: AT + 10_030, durationMs: 1 }),
  ]),
  createdAt: '2026-10-12T12:32:15.000Z',
}
const fixed = (view: DeliveryView): DeliveryView => ({
  ...view,
  attempts: view.attempts.map((one, i) => ({ ...one, sentAt: `2026-10-12T12:32:${15 + i * 10}.000Z` })),
})

describe('deliveryTable', () => {
  it('aligns its columns', () => {
    const long = {
      ...exhausted,
      id: 'del_2',
      status: 'pending',
      attempts: [],
      webhook: { ...exhausted.webhook, url: 'http://[::1]:9/x' },
    } as const
    const table = deliveryTable([exhausted, long], PLAIN).map((line) =>
      line.replace(/^\d{4}\S+ \S+/, '<date>             '),
    )
    expect(`\n${table.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      CREATED              DELIVERY  STATUS     ATTEMPTS  LAST            EVENT              TO
      <date>               del_1     exhausted  2         [ECONNREFUSED]  acme note.created  http://127.0.0.1:3000/hooks
      <date>               del_2     pending    0         -               acme note.created  http://[::1]:9/x
      "
    `)
  })
  it('says when there is none', () => {
    expect(deliveryTable([], PLAIN)).toEqual(['No deliveries.'])
  })
})

describe('deliveryDetails', () => {
  it('shows every attempt: what was sent, what was signed, what came back', () => {
    expect(`\n${deliveryDetails(fixed(exhausted), PLAIN).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      del_1
        status   exhausted: no attempt is left of 2
        event    note.created evt_1 (acme: n-1)
        webhook  http://127.0.0.1:3000/hooks whk_1 (acme: 7)
        account  main
        created  2026-10-12T12:32:15.000Z

      attempt 1  [503] in 23ms  2026-10-12T12:32:15.000Z
        POST http://127.0.0.1:3000/hooks
        X-Signature: sha256=ab

        {
          "note": "é"
        }

        signed (hmac-sha256): <the body>

        answered 503
        Content-Type: text/plain

        no

      attempt 2  [ECONNREFUSED] in 1ms  2026-10-12T12:32:25.000Z, 10s after the one before
        POST http://127.0.0.1:3000/hooks
        X-Signature: sha256=ab

        {
          "note": "é"
        }

        signed (hmac-sha256): <the body>

        connection-failed: connect ECONNREFUSED 127.0.0.1:3000
      "
    `)
  })
})

describe('attemptLines', () => {
  it('tells the attempts and how it ended', () => {
    expect(attemptLines(exhausted, PLAIN)).toEqual([
      '<--  [503]          POST http://127.0.0.1:3000/hooks (23ms) attempt 1',
      '<--  [ECONNREFUSED] POST http://127.0.0.1:3000/hooks (1ms)  attempt 2: connect ECONNREFUSED 127.0.0.1:3000',
      '     given up: no attempt is left of 2 [del_1]',
    ])
    expect(attemptLines({ ...exhausted, status: 'succeeded', attempts: [] }, PLAIN)).toEqual([
      '     delivered [del_1]',
    ])
    expect(
      attemptLines({ ...exhausted, status: 'pending', attempts: [], nextAttemptAt: 'T' }, PLAIN),
    ).toEqual(['     still pending, next attempt at T [del_1]'])
  })
})

describe('curlCommand', () => {
  const view = (parts: object) => {
    const first = exhausted.attempts[0] as DeliveryView['attempts'][number]
    return { ...first, request: { ...first.request, ...parts } }
  }
  it('shows no control character, and sends each byte of one all the same', () => {
    const value = `\u009b31m 100% it's "$HOME" \\ \u0085`
    const body = '\u001b[2J\r\n\u202e'
    const command = curlCommand(view({ headers: [['X-A', value]], body }))
    expect(visible(command.replaceAll('\n', ''))).toBe(command.replaceAll('\n', ''))
    const script = `show() { printf '%s|' "$@"; cat; }\n${command.replace('curl', 'show')}`
    const received = execFileSync('sh', ['-c', script])
    const header = received.toString('latin1').split('|')[6]
    expect(header).toBe(`X-A: ${value}`)
    expect(received.toString()).toMatch(new RegExp(`\\|${body.replace('[', '\\[')}$`))
  })

  it('keeps every header and byte, and nothing that curl would add', () => {
    const headers = [
      ['host', '127.0.0.1:3000'],
      ['content-type', 'application/json'],
      ['X-Signature', "it's"],
      ['X-Empty', ''],
      ['content-length', '12'],
    ]
    expect(curlCommand(view({ headers, body: `{"a":"it's"}` }))).toBe(
      [
        `curl -sS -i -X POST 'http://127.0.0.1:3000/hooks'`,
        `-H 'content-type: application/json'`,
        `-H 'X-Signature: it'\\''s'`,
        `-H 'X-Empty;'`,
        `-H 'Accept:'`,
        `-H 'User-Agent:'`,
        `--data-raw '{"a":"it'\\''s"}'`,
      ].join(' \\\n  '),
    )
  })
  it('pipes bytes that are no text, and keeps the host of a forwarded request', () => {
    const headers = [
      ['Host', 'example.be'],
      ['User-Agent', 'a'],
      ['Accept', 'b'],
      ['Content-Type', 'c'],
    ]
    expect(curlCommand(view({ headers, body: '/wA=', bodyEncoding: 'base64' }))).toBe(
      [
        `printf %s /wA= | base64 -d | curl -sS -i -X POST 'http://127.0.0.1:3000/hooks'`,
        `-H 'Host: example.be'`,
        `-H 'User-Agent: a'`,
        `-H 'Accept: b'`,
        `-H 'Content-Type: c'`,
        '--data-binary @-',
      ].join(' \\\n  '),
    )
  })
})

describe('bodyLines', () => {
  it.each([
    ['utf8', '', ['(no body)']],
    ['utf8', '{"a":[1]}', ['{', '  "a": [', '    1', '  ]', '}']],
    ['utf8', 'plain', ['plain']],
    ['utf8', '{"id":9007199254740993}', ['{"id":9007199254740993}']],
    ['base64', '/wA=', ['(2 bytes that are not UTF-8)']],
    ['utf8', '1\n2\n3\n4', ['1', '2', '3', '… 1 more line']],
    ['utf8', 'x'.repeat(500), [`${'x'.repeat(400)}… (500 characters)`]],
  ] as const)('shows %s %s', (encoding, text, expected) => {
    expect(bodyLines({ encoding, text }, text.includes('\n') ? 3 : undefined)).toEqual(expected)
  })
})

describe('chooseStyle', () => {
  it.each([
    [true, {}, COLOURED],
    [false, {}, PLAIN],
    [true, { NO_COLOR: '1' }, PLAIN],
    [true, { NO_COLOR: '' }, COLOURED],
    [true, { TERM: 'dumb' }, PLAIN],
  ])('terminal %s with %j', (terminal, env, expected) => {
    expect(chooseStyle(terminal, env)).toBe(expected)
  })
})
