import { afterEach, expect, it } from 'vitest'
import { distCommand } from '../support/dist-command.ts'
import { type CommandProcess, finished, hookproof } from './command-process.ts'

const open: CommandProcess[] = []
afterEach(async () => {
  for (const { child, exit } of open.splice(0)) {
    child.kill('SIGTERM')
    await exit
  }
})

async function ready(...args: readonly string[]) {
  const one = hookproof([...args, '--format', 'json'], { command: distCommand() })
  open.push(one)
  return { one, ...JSON.parse(await one.line(/^\{"type":"ready"/)) }
}

it('commands take variants by their names', { timeout: 60_000 }, async () => {
  const command = distCommand()
  const listener = await ready('listen', '--port', '0', '--provider', 'tsanet@v2', '--secret', 's3cr3t')
  const mock = await ready(
    ...[
      'start',
      '--port',
      '0',
      '--memory',
      '--provider',
      'beel',
      '--provider',
      'beel@autumn-2026',
      '--provider',
      'tsanet@v2',
    ],
    ...['--forward-to', `tsanet@v2=${listener.url}`, '--secret', 's3cr3t'],
  )
  expect(mock.providers.map(({ id, url }: { id: string; url: string }) => [id, url])).toEqual([
    ['beel', `${mock.url}/beel/api`],
    ['beel@autumn-2026', `${mock.url}/beel@autumn-2026/api`],
    ['tsanet@v2', `${mock.url}/tsanet@v2`],
  ])
  const trigger = (...args: readonly string[]) =>
    finished(['trigger', ...args, '--server', mock.url], { command })
  expect((await trigger('beel@autumn-2026', 'invoice.issued')).code).toBe(0)
  expect((await trigger('beel', 'invoice.issued')).code).toBe(2)
  expect((await trigger('tsanet@v2', 'note.created', '--wait', '10s')).code).toBe(0)
  expect(await listener.one.line(/"note\.created"/)).toContain('"signature":{"ok":true}')
  const types = await finished(['types', 'beel@autumn-2026'], { command })
  expect(types.out).toContain('invoice.issued')
})
