import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startReceiver } from '../../src/receiver/receiver.ts'
import { type CommandOptions, type CommandProcess, finished, hookproof } from './command-process.ts'

const PROVIDER = 'tsanet'
const EVENT = 'note.created'
let cwd = ''
const started: CommandProcess[] = []

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'hookproof-cli-'))
})
afterEach(async () => {
  for (const { child, exit } of started.splice(0)) {
    child.kill('SIGKILL')
    await exit
  }
  await rm(cwd, { recursive: true, force: true })
})

function start(args: readonly string[], options: CommandOptions = {}): CommandProcess {
  const process = hookproof(['start', '--port', '0', '--provider', PROVIDER, ...args], { cwd, ...options })
  started.push(process)
  return process
}

async function ready(mock: CommandProcess): Promise<{ url: string; [key: string]: unknown }> {
  return JSON.parse(await mock.line(/^\{"type":"ready"/))
}

describe('hookproof start', () => {
  it('shows where everything is, then a line for all that happens, and stops at the first signal', async () => {
    await using receiver = await startReceiver({ respond: [503, 200] })
    const mock = start(['--clock', 'x100', '--forward-to', receiver.url, '--secret', 's3cr3t'])
    const [title = ''] = [await mock.line(/^hookproof /)]
    await mock.line(/^Ready/)
    const server = title.split(/\s+/)[2] ?? ''
    expect(mock.out()).toContain(`  Webhooks   ${PROVIDER}  ${receiver.url}  secret s3cr3t`)
    expect(mock.out().some((line) => line.startsWith(`  Next       hookproof trigger ${PROVIDER} `))).toBe(
      true,
    )

    const triggered = await finished(['trigger', PROVIDER, EVENT, '--wait', '10s', '--server', server])
    expect(triggered.out.replaceAll(/\(\d+ms\) */g, '').replaceAll(/\[(evt|del)_\w+\]/g, '[$1]')).toBe(
      [
        `-->  ${EVENT} [evt]`,
        `<--  [503] POST ${receiver.url} attempt 1`,
        `<--  [200] POST ${receiver.url} attempt 2`,
        '     delivered [del]',
      ].join('\n'),
    )
    expect(triggered.code).toBe(0)
    expect(await mock.line(/\[503\]/)).toMatch(
      /^\d\d:\d\d:\d\d {2}<-- {2}\[503\] POST \S+ \(\d+ms\) attempt 1\/4, next in \d+s$/,
    )
    expect(await mock.line(/-->/)).toMatch(/^\d\d:\d\d:\d\d {2}--> {2}note\.created \[evt_\w{20}\]$/)
    await fetch(`${server}/${PROVIDER}/v1/webhooks`)
    expect(await mock.line(/ api /)).toMatch(
      /^\d\d:\d\d:\d\d {2}api {2}GET \/tsanet\/v1\/webhooks 401 \(\d+ms\)$/,
    )

    mock.child.kill('SIGINT')
    expect(await mock.exit).toBe(0)
    expect(mock.err()).toBe('Stopping: what is in flight may finish. Once more to stop at once.\n')
  })

  it('prints JSON lines alone, and keeps its state from one start to the next', async () => {
    const first = start(['--format', 'json', '--forward-to', '1'])
    const { url } = await ready(first)
    await finished(['trigger', PROVIDER, EVENT, '--server', url])
    await first.line(/^\{"type":"attempt"/)
    first.child.kill('SIGTERM')
    expect(await first.exit).toBe(0)
    const types = first.out().map((line) => (JSON.parse(line) as { type: string }).type)
    expect(types.slice(0, 3)).toEqual(['ready', 'event', 'attempt'])

    const second = start(['--format', 'json'])
    expect(await ready(second)).toMatchObject({
      state: { file: './.hookproof/db.json', webhooks: 1, events: 1, deliveries: 1, pending: 1 },
      webhooks: [],
    })
    const third = await finished(['start', '--port', '0'], { cwd })
    expect(third).toMatchObject({ code: 3, out: '' })
    expect(third.err).toMatch(/^Failed to open the state in .*db\.json: .* --db/)
  })

  it('says which port is busy', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const { code, err } = await finished(['start', '--memory'], {
      cwd,
      env: { HOOKPROOF_PORT: String(port) },
    })
    server.close()
    expect(code).toBe(3)
    expect(err).toMatch(new RegExp(`^Failed to listen on .*${port}: .*--port`))
  })

  it('runs a command with its addresses and secret, passes its exit code on, and keeps stdout to itself', async () => {
    const show =
      'const e=process.env;console.log([e.HOOKPROOF_URL,e.HOOKPROOF_TSANET_URL,e.PORT,e.MY_SECRET,process.argv[1]].join());process.exit(7)'
    const flags = [
      '--memory',
      '--forward-to',
      'http://127.0.0.1:3999/hooks',
      '--secret',
      's3cr3t',
      '--secret-env',
      'MY_SECRET',
      '--format',
      'json',
    ]
    const mock = start([...flags, '--', process.execPath, '-e', show, '{port}'])
    const { url } = await ready(mock)
    expect(await mock.exit).toBe(7)
    expect(mock.err()).toBe(`${url},${url}/tsanet,3999,s3cr3t,3999\n`)
    expect(mock.out()).toHaveLength(1)
  })

  it('ends the command with itself', async () => {
    const mock = start([
      '--memory',
      '--',
      process.execPath,
      '-e',
      'console.log("pid "+process.pid);setInterval(()=>{},1000)',
    ])
    const pid = Number((await mock.line(/^pid /)).slice(4))
    mock.child.kill('SIGTERM')
    expect(await mock.exit).toBe(0)
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  it('says that there is no such command', async () => {
    const mock = start(['--memory', '--', 'no-such-command-here'])
    expect(await mock.exit).toBe(3)
    expect(mock.err()).toBe(
      'Failed to start "no-such-command-here": there is no such command. Check what follows "--".\n',
    )
  })

  it('exits with 1 under --strict once a contract was violated', async () => {
    const mock = start(['--memory', '--strict', '--format', 'json'])
    const { url } = await ready(mock)
    await fetch(`${url}/${PROVIDER}/v1/nothing-of-the-kind`)
    await mock.line(/^\{"type":"violation"/)
    // What a run had is not forgotten with the log.
    await fetch(`${url}/_mock/reset`, { method: 'POST' })
    mock.child.kill('SIGTERM')
    expect(await mock.exit).toBe(1)
    expect(mock.err()).toContain('A contract was violated')
  })

  it('finds no fault with a route that there is not without --strict', async () => {
    const mock = start(['--memory', '--format', 'json'])
    const { url } = await ready(mock)
    await fetch(`${url}/${PROVIDER}/v1/nothing-of-the-kind`)
    const requests = await (await fetch(`${url}/_mock/requests`)).json()
    expect(requests).toMatchObject({ requests: [{ violations: [], undeclared: [{ rule: 'route' }] }] })
    expect(await (await fetch(`${url}/_mock/violations`)).json()).toMatchObject({ violations: [] })
    mock.child.kill('SIGTERM')
    expect(await mock.exit).toBe(0)
  })

  it('exits with 130 at a second signal', async () => {
    await using receiver = await startReceiver({ respond: 'timeout' })
    const mock = start(['--memory', '--format', 'json', '--forward-to', receiver.url])
    const { url } = await ready(mock)
    await finished(['trigger', PROVIDER, EVENT, '--server', url])
    await expect.poll(() => receiver.received.length).toBe(1)
    mock.child.kill('SIGINT')
    await expect.poll(() => mock.err()).toContain('Stopping')
    mock.child.kill('SIGINT')
    expect(await mock.exit).toBe(130)
  })

  it('stops when its reader has gone', async () => {
    const mock = start(['--memory', '--format', 'json'])
    const { url } = await ready(mock)
    mock.child.stdout?.destroy()
    await finished(['trigger', PROVIDER, EVENT, '--server', url])
    expect(await mock.exit).toBe(0)
    expect(mock.err()).not.toContain('EPIPE')
  })
})
