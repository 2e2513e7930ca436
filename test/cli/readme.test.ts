import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attemptLimit } from '../../src/delivery/schedule.ts'
import { loadProviders } from '../../src/spec/load-providers.ts'
import { blocks, settled, table } from '../support/readme.ts'
import { type CommandProcess, hookproof } from './command-process.ts'

const [startCommand, screen, listenCommand, curls, told, arrived, library, develop] = blocks

describe('the first screen of the README', () => {
  let folder: string
  let mock: CommandProcess
  let receiver: CommandProcess
  let origin: string
  let receiverOrigin: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hookproof-readme-'))
    receiver = hookproof([...argumentsOf(listenCommand?.text), '--port', '0'], { cwd: folder })
    receiverOrigin = /http:\S+/.exec(await receiver.line(/Listening/))?.[0] ?? ''
    mock = hookproof([...argumentsOf(startCommand?.text), '--port', '0'], { cwd: folder })
    await mock.line(/^Ready/)
    origin = /http:\S+/.exec(mock.out().join('\n'))?.[0] ?? ''
  })
  afterAll(async () => {
    for (const { child } of [mock, receiver]) child.kill('SIGTERM')
    await Promise.all([mock.exit, receiver.exit])
  })

  it('shows what start prints', () => {
    expect(settled(mock.out().join('\n')).split('\n').slice(0, 12)).toEqual(
      settled(screen?.text ?? '')
        .split('\n')
        .slice(0, 12),
    )
  })

  it('shows curls that register and trigger, and what the mock then says', async () => {
    const answers: unknown[] = []
    for (const command of commands(curls?.text)) answers.push(await curl(command))
    expect(answers).toMatchObject(
      [{ secret: /./ }, { deliveries: [{ status: 'pending' }] }].map((one, i) =>
        i === 0 ? { secret: expect.stringMatching(/^[0-9a-f]{64}$/) } : one,
      ),
    )
    await mock.line(/next in 10s/)
    const lines =
      mock
        .out()
        .join('\n')
        .split(/^Ready.*$/m)[1] ?? ''
    expect(settled(lines)).toBe(
      settled(told?.text ?? '')
        .split('\n')
        .slice(0, 3)
        .join('\n'),
    )
  })

  it('shows the signed request that arrives', async () => {
    const list = await (await fetch(`${origin}/_mock/deliveries`)).json()
    const id = (list as { deliveries: { id: string }[] }).deliveries[0]?.id ?? ''
    const shown = hookproof(['deliveries', 'show', id, '--server', origin])
    expect(await shown.exit).toBe(0)
    const text = settled(shown.out().join('\n'))
    const [head = '', body = ''] = settled(arrived?.text ?? '').split('\n\n')
    for (const line of head.split('\n')) expect(text).toContain(line.replace(/^POST /, ''))
    const delivery = (await (await fetch(`${origin}/_mock/deliveries/${id}`)).json()) as {
      attempts: { request: { body: string } }[]
    }
    expect(settled(delivery.attempts[0]?.request.body ?? '')).toBe(body)
  })

  function curl(command: string): Promise<unknown> {
    const here = command
      .replaceAll('http://127.0.0.1:4010', origin)
      .replaceAll('http://127.0.0.1:3000', receiverOrigin)
    const words = [...here.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
    const valuesOf = (flag: string) => words.flatMap((word, i) => (word === flag ? [words[i + 1] ?? ''] : []))
    const headers = valuesOf('-H').map((line) => line.split(': ') as [string, string])
    const [body = ''] = valuesOf('-d')
    return fetch(words[1] ?? '', { method: 'POST', headers: Object.fromEntries(headers), body }).then(
      (answer) => answer.json(),
    )
  }
})

describe('the tables of the README', () => {
  it('names each provider as its document has it', async () => {
    const rows = (await loadProviders()).map((provider) => [
      provider.id,
      `\`${provider.basePath}\``,
      Object.entries(provider.accounts[0]?.credentials ?? {})
        .map(([header, value]) => `\`${header}: ${value}\``)
        .join(' '),
      provider.signature
        .flatMap((one) => ('headers' in one ? Object.keys(one.headers) : []))
        .map((name) => `\`${name}\``)
        .join(' '),
      String(attemptLimit(provider.delivery.schedule)),
    ])
    expect(table('Providers')).toEqual(rows)
  })

  it('names each command that there is', async () => {
    const help = hookproof(['--help'])
    await help.exit
    const known = help.out().flatMap((line) => /^ {2}([a-z]+) .*\[options\]/.exec(line)?.[1] ?? [])
    expect(table('Commands').map(([name]) => name?.replaceAll('`', ''))).toEqual(known)
  })
})

it('has a library example that prints what the README says', async () => {
  const folder = await mkdtemp(join(fileURLToPath(new URL('../../dist', import.meta.url)), 'example-'))
  const file = join(folder, 'example.mjs')
  await writeFile(file, library?.text.replaceAll('delivery?.', 'delivery.') ?? '')
  const run = hookproof([], { command: [process.execPath, file] })
  expect([await run.exit, run.out().join('\n').trim()]).toEqual([0, 'succeeded 2 2'])
})

it('names the one command that installs and tests', () => {
  expect(develop?.text.trim()).toBe('npm install && npm test')
})

function commands(text = ''): readonly string[] {
  return text.replaceAll('\\\n', ' ').trim().split('\n')
}

/** The words after `npx hookproof`, without the port, which is any free one here. */
function argumentsOf(text = ''): readonly string[] {
  return text
    .replace(/--port \d+/, '')
    .trim()
    .split(/\s+/)
    .slice(2)
}
