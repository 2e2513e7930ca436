import { describe, expect, it } from 'vitest'
import { type StartFacts, startJson, startScreen } from '../../../src/report/start-screen.ts'
import { PLAIN } from '../../../src/report/terminal.ts'

const facts: StartFacts = {
  version: '0.1.0',
  pid: 4711,
  url: 'http://127.0.0.1:4010',
  providers: [
    {
      id: 'acme',
      variant: 'spring',
      title: 'Acme',
      url: 'http://127.0.0.1:4010/acme/api/v1',
      credentials: { 'X-API-Key': 'test_key', 'X-API-Secret': 'test_secret' },
      login: { client_id: 'test_client', client_secret: 'test_secret' },
      events: ['note.created', 'note.closed'],
    },
    {
      id: 'northwind',
      variant: null,
      title: 'Northwind',
      url: 'http://127.0.0.1:4010/northwind/v2',
      credentials: { Authorization: 'Bearer northwind_test' },
      login: {},
      events: ['order.paid'],
    },
  ],
  variants: [],
  webhooks: [],
  clock: 'real',
  state: { file: './.hookproof/db.json', webhooks: 0, events: 0, deliveries: 0, attempts: 0, pending: 0 },
  notices: [],
  next: null,
}
const screen = (parts: Partial<StartFacts> = {}) =>
  `\n${startScreen({ ...facts, ...parts }, PLAIN).join('\n')}\n`

describe('startScreen', () => {
  it('tells a newcomer where everything is and what comes next', () => {
    expect(screen()).toMatchInlineSnapshot(`
      "

      hookproof 0.1.0  http://127.0.0.1:4010

        Providers  acme       http://127.0.0.1:4010/acme/api/v1  variant spring
                              X-API-Key: test_key
                              X-API-Secret: test_secret
                              login client_id=test_client client_secret=test_secret
                   northwind  http://127.0.0.1:4010/northwind/v2
                              Authorization: Bearer northwind_test

        State      ./.hookproof/db.json (empty)

        Next       hookproof trigger acme note.created
                   No webhook is registered yet: register one, or start with --forward-to http://127.0.0.1:3000.

      Ready. Stop with ^C.

      "
    `)
  })

  it('tells what the state holds, the webhooks, the clock and the notices', () => {
    expect(
      screen({
        url: 'http://127.0.0.1:5000',
        webhooks: [
          { id: 'whk_1', provider: 'northwind', url: 'http://127.0.0.1:3000/hooks', secret: 's3cr3t' },
        ],
        clock: 'virtual',
        state: { file: './state/db.json', webhooks: 1, events: 2, deliveries: 2, attempts: 5, pending: 1 },
        notices: ['The last line of the journal was torn and is left out.'],
      }),
    ).toMatchInlineSnapshot(`
      "

      hookproof 0.1.0  http://127.0.0.1:5000

        Providers  acme       http://127.0.0.1:4010/acme/api/v1  variant spring
                              X-API-Key: test_key
                              X-API-Secret: test_secret
                              login client_id=test_client client_secret=test_secret
                   northwind  http://127.0.0.1:4010/northwind/v2
                              Authorization: Bearer northwind_test

        Webhooks   northwind  http://127.0.0.1:3000/hooks  secret s3cr3t

        State      ./state/db.json (1 webhook, 2 events, 2 deliveries, 5 attempts, 1 pending)

        Clock      virtual: it stands still until hookproof advance

        Notice     The last line of the journal was torn and is left out.

        Next       hookproof trigger northwind order.paid --server http://127.0.0.1:5000

      Ready. Stop with ^C.

      "
    `)
  })

  it('names what a webhook of the state gets', () => {
    const state = { ...facts.state, webhooks: 1 }
    const next = { provider: 'northwind', event: 'order.paid', account: null }
    expect(screen({ state, next })).toContain('  Next       hookproof trigger northwind order.paid\n')
    expect(screen({ state, next: { ...next, account: 'other' } })).toContain(
      '  Next       hookproof trigger northwind order.paid --account other\n',
    )
  })

  it('names the variants that are not served', () => {
    expect(screen({ variants: ['acme@autumn', 'northwind@v2'] })).toContain(
      '\n\n  Variants   acme@autumn, northwind@v2: start with --provider NAME\n\n',
    )
    expect(screen()).not.toContain('Variants')
  })

  it('tells that nothing is kept', () => {
    expect(screen({ state: { ...facts.state, file: null } })).toContain(
      '  State      in memory, gone when it stops\n',
    )
  })

  it('is one line of JSON that says ready first', () => {
    const line = startJson(facts)
    expect(line.startsWith('{"type":"ready",')).toBe(true)
    expect(JSON.parse(line)).toEqual({ type: 'ready', ...facts })
  })
})
