import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { Json, JsonObject } from '../../../src/core/json.ts'
import { startMock } from '../../../src/mock/start-mock.ts'
import { startReceiver } from '../../../src/receiver/receiver.ts'
import { shippedProviders } from '../../../src/spec/shipped.ts'
import type { Draw } from '../draw.ts'
import { mutate, mutateText, toText } from '../mutate.ts'
import type { Surface } from '../surface.ts'
import { argv, commandSurface, fileBytes } from './command.ts'
import { ACME } from './mocks.ts'

const ROOT = new URL('../../../', import.meta.url)

/** YAML or JSON with something wrong, in its text or in its values. */
function damaged(draw: Draw, text: string, value: Json): string {
  if (draw.chance(0.5)) return mutateText(draw, text)
  let changed = mutate(draw, value)
  if (draw.chance(0.3)) changed = mutate(draw, changed)
  return draw.chance(0.7) ? toText(draw, changed) : toYaml(changed)
}

/** The writer of YAML follows deep values down until its stack is used up. */
function toYaml(value: Json): string {
  try {
    return stringify(value)
  } catch {
    return '- '.repeat(3_000)
  }
}

/** Runs whole within milliseconds; nothing in it can start a command or leave this machine. */
const SCENARIO = `
version: 1
name: a note
provider: acme
vars: { title: hello, list: [1, 2] }
webhooks:
  app: { url: $receiver/in }
receiver: [503, 200]
faults:
  delivery:
    - { on: { attempt: 2 }, do: duplicate, with: { copies: 2 } }
steps:
  - { trigger: { event: note.created, payload: { note: $title } }, as: note }
  - { advance: 10s }
  - { expect: { delivery: { of: note, to: app, status: succeeded, attempts: 2, delays: [0s, 10s] } } }
  - { expect: { received: { of: note, count: 3, body: { note: /^hel+o$/ } } } }
  - { expect: { violations: 0 } }
`

export const scenarios: Surface = commandSurface({
  name: 'scenarios',
  share: 0.06,
  async prepare() {
    const folder = new URL('scenarios/', ROOT)
    const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort()
    const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8')))
    const all = texts.map((text) => ({ text, value: parse(text) as Json }))
    const own = { text: SCENARIO, value: parse(SCENARIO) as Json }
    const spec = ['--spec', ACME]
    return {
      make(draw) {
        const isRun = draw.chance(0.4)
        const { text, value } = isRun ? own : draw.oneOf(all)
        const content = fileBytes(draw, draw.chance(0.03) ? text : damaged(draw, text, value))
        const line = isRun
          ? ['run', 'story.yaml', ...spec, ...draw.oneOf([[], ['--format', 'json']])]
          : draw.chance(0.7)
            ? ['validate', 'story.yaml', ...draw.oneOf([[], spec])]
            : [
                'start',
                '--memory',
                '--port',
                '0',
                '--scenario',
                'story.yaml',
                '--forward-to',
                'http://127.0.0.1:9/',
              ]
        return { ...argv(...line), 'file story.yaml': content }
      },
    }
  },
})

export const documents: Surface = commandSurface({
  name: 'documents',
  share: 0.01,
  async prepare() {
    const text = await readFile(ACME, 'utf8')
    const value = parse(text) as Json
    const lines = [
      ['validate', 'spec.yaml'],
      ['start', '--memory', '--port', '0', '--spec', 'spec.yaml'],
      ['types', 'acme', '--spec', 'spec.yaml'],
    ]
    return {
      make: (draw) => ({
        ...argv(...draw.oneOf(lines)),
        'file spec.yaml': fileBytes(draw, draw.chance(0.03) ? text : damaged(draw, text, value)),
      }),
    }
  },
})

/** A valid document that is compiled quickly. */
function withoutDetails(document: JsonObject): JsonObject {
  const { paths, webhooks: _, ...rest } = document
  return { ...rest, paths: { '/hooks': (paths as JsonObject)['/hooks'] ?? null } }
}

const ACCOUNTS = [
  { name: 'default', credentials: { Authorization: 'Bearer acme_test' } },
  { name: 'second', credentials: { Authorization: 'Bearer acme_2' }, scopes: [] },
]

export const accounts: Surface = commandSurface({
  name: 'accounts',
  share: 0.005,
  async prepare() {
    const document = JSON.stringify(withoutDetails(parse(await readFile(ACME, 'utf8')) as JsonObject))
    const text = JSON.stringify(ACCOUNTS, null, 2)
    return {
      make: (draw) => ({
        ...argv(
          ...draw.oneOf([
            ['validate', 'openapi/acme.yaml'],
            ['providers', '--spec', 'openapi/acme.yaml'],
          ]),
        ),
        'file openapi/acme.yaml': document,
        'file fixtures/acme/accounts.json': fileBytes(draw, damaged(draw, text, ACCOUNTS)),
      }),
    }
  },
})

const SECRET = 's3cr3t'

export const captures: Surface = commandSurface({
  name: 'captures',
  share: 0.07,
  async prepare() {
    await using receiver = await startReceiver()
    await using mock = await startMock({ clock: 'virtual', seed: 'fuzz' })
    const providers = shippedProviders().map(({ id }) => id as string)
    const deliveries: { provider: string; secret: string; raw: string; value: Json; body: string }[] = []
    for (const { id: provider, events } of mock.providers) {
      const hook = await mock
        .register(provider, { url: receiver.url, secret: SECRET })
        .catch(() => mock.register(provider, { url: receiver.url }))
      for (const type of [...events.keys()].slice(0, 3)) await mock.trigger(provider, type)
      await receiver.waitFor(deliveries.length + Math.min(3, events.size))
      for (const { method, path, headers, body } of receiver.received.slice(deliveries.length)) {
        const text = body.toString('utf8')
        const lines = headers.map(([name, value]) => `${name}: ${value}`)
        deliveries.push({
          provider,
          secret: hook.secret,
          raw: `${[`${method} ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n${text}`,
          value: { method, url: path, headers: headers.map(([name, value]) => [name, value]), body: text },
          body: text,
        })
      }
    }
    const forms: Readonly<Record<string, (one: (typeof deliveries)[number]) => Json>> = {
      one: ({ value }) => value,
      list: ({ value }) => [value, value],
      har: ({ value }) => ({
        log: { entries: [{ startedDateTime: '2026-06-05T09:00:00Z', request: value }] },
      }),
    }
    return {
      make(draw) {
        const one = draw.oneOf(deliveries)
        const provider = draw.chance(0.95) ? one.provider : draw.oneOf(providers)
        const scheme = ['--provider', provider, '--secret', one.secret]
        if (draw.chance(0.15)) {
          const body = fileBytes(draw, damaged(draw, one.body, JSON.parse(one.body) as Json))
          return { ...argv('sign', ...scheme, 'body.json'), 'file body.json': body }
        }
        const options = draw.oneOf([
          [],
          ['--ignore-age'],
          ['--all'],
          ['--entry', '1'],
          ['--format', 'json'],
          ['--contract-only'],
        ])
        const value = draw.oneOf(Object.values(forms))(one)
        const text = draw.chance(0.4)
          ? mutateText(draw, one.raw)
          : damaged(draw, JSON.stringify(value), value)
        return { ...argv('verify', ...scheme, ...options, 'capture'), 'file capture': fileBytes(draw, text) }
      },
    }
  },
})

export const payloads: Surface = commandSurface({
  name: 'payloads',
  share: 0.05,
  async prepare() {
    const receiver = await startReceiver()
    const mock = await startMock({ clock: 'virtual', seed: 'fuzz', port: 0 })
    const events = mock.providers.flatMap(({ id, events: types }) =>
      [...types.values()].map(({ type, sample }) => ({ provider: id as string, type, sample })),
    )
    for (const { id } of mock.providers) await mock.register(id, { url: receiver.url })
    return {
      make(draw) {
        const { provider, type, sample } = draw.oneOf(events)
        const to = draw.chance(0.5) ? ['--to', receiver.url, '--secret', SECRET] : ['--server', mock.origin]
        const raw = draw.chance(0.5) ? ['--raw'] : []
        const override = draw.chance(0.2) ? ['--override', mutateText(draw, 'data.status=OPEN')] : []
        const remove = draw.chance(0.2)
          ? ['--remove', mutateText(draw, String(Object.keys(sample as object)[0]))]
          : []
        return {
          ...argv(
            'trigger',
            provider,
            type,
            ...to,
            ...raw,
            '--payload',
            '@payload.json',
            ...override,
            ...remove,
          ),
          'file payload.json': fileBytes(draw, damaged(draw, JSON.stringify(sample), sample)),
        }
      },
      async [Symbol.asyncDispose]() {
        await mock.close(0)
        await receiver.close()
      },
    }
  },
})

export const states: Surface = commandSurface({
  name: 'states',
  share: 0.04,
  async prepare(folder) {
    const db = join(folder, 'state', 'db.json')
    const contents = await stateFiles(db)
    return {
      make(draw) {
        const damagedName = draw.oneOf(Object.keys(contents))
        const files = Object.entries(contents).flatMap(([name, text]) => {
          if (name !== damagedName) return [[`file ${name}`, text] as const]
          if (draw.chance(0.05)) return []
          const lines = text.split('\n')
          const at = draw.below(lines.length)
          const line = lines[at] ?? ''
          // A line as a whole, its text, or its values.
          lines[at] = draw.oneOf<() => string>([
            () => mutateText(draw, line),
            () => mutateText(draw, line),
            () => damagedLine(draw, line),
            () => `${line}\n${line}`,
            () => lines.splice(draw.below(lines.length), 1, line)[0] ?? '',
          ])()
          return [[`file ${name}`, lines.join('\n')] as const]
        })
        return {
          ...argv('start', '--db', 'db.json', '--port', '0', '--provider', 'tsanet', '--clock', 'virtual'),
          ...Object.fromEntries(files),
        }
      },
    }
  },
})

function damagedLine(draw: Draw, line: string): string {
  try {
    return toText(draw, mutate(draw, JSON.parse(line) as Json))
  } catch {
    return ''
  }
}

/** Snapshot and journal, as they are while a mock runs. */
async function stateFiles(db: string): Promise<Readonly<Record<string, string>>> {
  await using receiver = await startReceiver({ respond: [503, 200] })
  await using mock = await startMock({ db, providers: ['tsanet'], clock: 'virtual', seed: 'fuzz' })
  await mock.register('tsanet', { url: receiver.url })
  for (let i = 0; i < 3; i++) await mock.trigger('tsanet', 'note.created')
  await mock.clock.advance('10s')
  await mock.trigger('tsanet', 'note.created')
  const folder = join(db, '..')
  const names = (await readdir(folder)).filter((name) => !name.includes('lock'))
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))
  return Object.fromEntries(names.map((name, i) => [name, texts[i] ?? '']))
}
