import { startMock } from '../../../src/mock/start-mock.ts'
import { startReceiver } from '../../../src/receiver/receiver.ts'
import type { Draw } from '../draw.ts'
import { mutateText, toText } from '../mutate.ts'
import { RAW_NUMBERS, TEXTS } from '../nasty.ts'
import type { Surface } from '../surface.ts'
import { argv, commandSurface } from './command.ts'
import { FAULTS } from './faults.ts'
import { ACME } from './mocks.ts'

/** By the placeholders below: valid values, and which of them may be damaged without reaching anybody else's machine. */
interface Values {
  readonly origin: string
  readonly receiver: string
}

type Kind = (draw: Draw, values: Values) => string

const damage = (draw: Draw, valid: string) =>
  draw.chance(0.3)
    ? valid
    : draw.chance(0.4)
      ? draw.oneOf([...TEXTS, ...RAW_NUMBERS]).replace(/^\/+/, '')
      : mutateText(draw, valid).replace(/^\/+/, '')

/** Hosts are chosen, never made up: a damaged one could be somebody's. */
const URL_PARTS = {
  scheme: ['http://', 'http://', 'https://', 'HTTP://', 'ftp://', 'javascript:', '//', ''],
  user: ['', '', '', 'a:b@', '%zz:@', 'a@b@', 'é@'],
  host: ['127.0.0.1', '127.0.0.1', 'localhost', '[::1]', '0x7f.1', '2130706433', '127.1', '[::ffff:127.0.0.1]', 'a.invalid', '', '[', '*', 'é.invalid'],
  port: ['', ':9', ':0', ':99999', ':-1', ':x', ':'],
  path: ['', '/', '/hooks', '/(a|b)*:foo', '/:id', '/{x}', '/%', '/%zz', '/..', '/a b', '/\u0000', '/é', `/${'x'.repeat(3_000)}`, '?a=b', '#x', '/*?{'],
} as const // biome-ignore format: a pool

const url: Kind = (draw, { receiver }) => {
  if (draw.chance(0.3)) return receiver + draw.oneOf(URL_PARTS.path)
  const part = (name: keyof typeof URL_PARTS) => draw.oneOf<string>(URL_PARTS[name])
  return part('scheme') + part('user') + part('host') + part('port') + part('path')
}

const oneOf =
  (...choices: readonly string[]): Kind =>
  (draw) =>
    damage(draw, draw.oneOf(choices))

const KINDS: Readonly<Record<string, Kind>> = {
  URL: url,
  SERVER: (draw, { origin }) => (draw.chance(0.6) ? origin + draw.oneOf(['', '', ...URL_PARTS.path]) : url(draw, { origin, receiver: origin })),
  PROVIDER: oneOf('tsanet', 'beel', 'donutwork', 'companybelgium', 'acme'),
  EVENT: oneOf('note.created', 'invoice.emitted', 'enterprise.updated'),
  NUMBER: oneOf('1', '10', '0'),
  PORT: () => '0',
  DURATION: oneOf('1ms', '10s', '6m10s', '2h', '3d', 'next', 'settled'),
  SHORT: (draw) => draw.oneOf(['1ms', '5ms', '0s', '-1s', '1e9', 'soon', '']),
  TIME: oneOf('2026-06-05T09:00:00Z', '1780650000', '1780650000000', '+275760-09-13T00:00:00.000Z', '0001-01-01T00:00:00Z'),
  CLOCK: oneOf('real', 'virtual', 'x60', 'x1e999', 'x0', 'x0.0000001'),
  TEXT: oneOf('text', 's3cr3t', 'ID=x', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
  RESPOND: oneOf('503,timeout,200', '429:5s,reset,empty,garbage,slow:2s,410'),
  FAULT: (draw) => (draw.chance(0.5) ? damage(draw, draw.oneOf(['duplicate', 'delay:1ms', 'duplicate:copies=3,at=once', 'extra-fields:{"fields":{"a":1}}'])) : `extra-fields:${toText(draw, draw.oneOf(FAULTS))}`),
  HEADER: oneOf('X-A: 1', 'Content-Type: text/plain', 'Host: x', 'Transfer-Encoding: chunked', 'Content-Length: 3'),
  FORWARD: (draw, values) => `${draw.oneOf(['*', url(draw, values)])}=${url(draw, values)}`,
  HOST: oneOf('example.invalid', '10.0.0.0/8', 'a.invalid:443', '::1/128', '0.0.0.0/0'),
  BASIC: oneOf('user:password', ':'),
  ID: oneOf('evt_00000000000000000000', 'del_00000000000000000000', '1'),
  JSON: (draw) => damage(draw, toText(draw, { note: { status: 'OPEN', id: 1 } })),
  OVERRIDE: oneOf('note.status=OPEN', 'a.b\\.c=1', '__proto__.x=1', 'a..b=', 'a.0.b=1'),
  STATUS: oneOf('pending', 'succeeded', 'exhausted'),
  FORMAT: oneOf('text', 'json'),
} // biome-ignore format: a table

/** Command lines of each command; words in capitals are chosen. */
const LINES = [
  'start --memory --port PORT --provider PROVIDER --clock CLOCK --seed TEXT --variant TEXT --format FORMAT',
  'start --memory --port PORT --forward-to URL --secret TEXT --forward FORWARD --allow-host HOST --server-name HOST --attempt-timeout DURATION',
  'start --memory --port PORT --spec SPEC --forward-to URL --strict-urls --insecure --format FORMAT',
  'start --port PORT --db db.json --reset --clock CLOCK --ca TEXT',
  'trigger PROVIDER EVENT --server SERVER --payload JSON --override OVERRIDE --remove OVERRIDE --count NUMBER --account TEXT --id ID',
  'trigger PROVIDER EVENT --to URL --secret TEXT --fault FAULT --header HEADER --override OVERRIDE --format FORMAT',
  'trigger PROVIDER EVENT --server SERVER --fault FAULT --wait SHORT --format FORMAT',
  'listen --port PORT --path TEXT --provider PROVIDER --secret TEXT --respond RESPOND --format FORMAT',
  'deliveries --server SERVER --provider PROVIDER --status STATUS --event ID --limit NUMBER --format FORMAT',
  'deliveries show ID --server SERVER --curl',
  'deliveries resend ID --server SERVER',
  'advance DURATION --server SERVER --format FORMAT',
  'reset --server SERVER --provider PROVIDER --account TEXT',
  'wait --server SERVER --timeout SHORT',
  'wait --url SERVER --timeout SHORT',
  'providers --spec SPEC --format FORMAT',
  'types PROVIDER --format FORMAT',
  'sign --provider PROVIDER --secret TEXT --event EVENT --url URL --basic BASIC --at TIME --id ID -',
  'verify --provider PROVIDER --secret TEXT --event EVENT --url URL --basic BASIC --at TIME --entry NUMBER -',
  'schema TEXT',
  'validate TEXT',
  'TEXT --help',
  'help TEXT',
] as const

export const flags: Surface = commandSurface({
  name: 'flags',
  share: 0.06,
  async prepare() {
    const receiver = await startReceiver()
    const mock = await startMock({
      clock: 'virtual',
      seed: 'fuzz',
      forward: [{ from: '*', to: new URL(receiver.url).origin }],
    })
    for (const { id } of mock.providers) await mock.register(id, { url: receiver.url })
    const values = { origin: mock.origin, receiver: receiver.url }
    return {
      make(draw) {
        const words = draw.oneOf(LINES).split(' ')
        const chosen: string[] = []
        for (let i = 0; i < words.length; i++) {
          const word = words[i] ?? ''
          const isOption = word.startsWith('--')
          const isNeeded = ['--memory', '--port', '--db', '--server', '--timeout', '--wait'].includes(word)
          const takesValue = isOption && /^[A-Z]|\./.test(words[i + 1] ?? '')
          // An option comes with its value or not at all, unless something is wrong on purpose.
          if (isOption && !isNeeded && draw.chance(0.5)) i += takesValue ? 1 : 0
          else if (draw.chance(0.97) || isNeeded)
            chosen.push(word === 'SPEC' ? ACME : (KINDS[word]?.(draw, values) ?? word))
          if (draw.chance(0.02)) chosen.push(damage(draw, '--format'))
        }
        // What follows would be somebody's command.
        const line = chosen.map((word) => (word === '--' ? '-' : word))
        return {
          ...argv(...line),
          stdin: draw.chance(0.5) ? 'POST / HTTP/1.1\r\n\r\n{}' : '{"type":"note.created"}',
        }
      },
      async [Symbol.asyncDispose]() {
        await mock.close(0)
        await receiver.close()
      },
    }
  },
})
