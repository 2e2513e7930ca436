import { afterEach, expect, it } from 'vitest'
import { startReceiver } from '../../src/receiver/receiver.ts'
import { type CommandProcess, finished, hookproof } from '../cli/command-process.ts'
import { distCommand } from '../support/dist-command.ts'

const command = distCommand()
const started: CommandProcess[] = []
afterEach(async () => {
  for (const { child, exit } of started.splice(0)) {
    child.kill('SIGKILL')
    await exit
  }
})

async function start(...flags: string[]): Promise<string> {
  const args = ['start', '--port', '0', '--memory', '--format', 'json', ...flags]
  const mock = hookproof(args, { command })
  started.push(mock)
  return (JSON.parse(await mock.line(/^\{"type":"ready"/)) as { url: string }).url
}

it('advances a running mock to the next attempt, by a duration, and until all is settled', async () => {
  await using receiver = await startReceiver({ respond: [503] })
  const flags = ['--provider', 'beel', '--variant', 'autumn-2026', '--clock', 'virtual']
  const server = await start(...flags, '--forward-to', receiver.url)
  const run = async (...args: string[]) => finished([...args, '--server', server], { command })
  await run('trigger', 'beel', 'invoice.issued')
  const ran = async (how: string) => {
    const { code, out } = await run('advance', how)
    expect(code).toBe(0)
    return out.replace(/^It is now \d{4}-\d\d-\d\dT[\d:.]+Z; /, '')
  }
  expect(await ran('next')).toBe('1 attempt ran.')
  expect(await ran('9m59s')).toBe('0 attempts ran.')
  expect(await ran('1s')).toBe('1 attempt ran.')
  expect(await ran('settled')).toBe('0 attempts ran.')
  expect(receiver.received).toHaveLength(3)
})

it.each(['real', 'x100'])('runs by itself, and is not advanced, under --clock %s', async (mode) => {
  await using receiver = await startReceiver({ respond: [503, 200] })
  const server = await start('--provider', 'beel', '--clock', mode, '--forward-to', receiver.url)
  const clock = async () =>
    (await (await fetch(`${server}/_mock/clock`)).json()) as { mode: string; now: string }
  expect((await clock()).mode).toBe(mode)
  const told = await finished(['advance', '5s', '--server', server], { command })
  expect([told.code, told.err.replace(/\s+/g, ' ')]).toEqual([
    2,
    `Failed to advance the clock: it is ${mode}. Only a virtual clock is advanced; start with --clock virtual.`,
  ])
  const [wall, before] = [Date.now(), await clock()]
  await finished(['trigger', 'beel', 'invoice.emitted', '--server', server], { command })
  const [passed, onClock] = [Date.now() - wall, Date.parse((await clock()).now) - Date.parse(before.now)]
  expect(onClock / passed).toSatisfy((rate: number) => (mode === 'real' ? rate < 2 : rate > 50 && rate < 200))
  // The first retry follows after five seconds, which are 50 ms of this clock.
  if (mode === 'x100') await expect.poll(() => receiver.received.length, { timeout: 2_000 }).toBe(2)
})

it.each([
  [
    ['--provider', 'beel', '--variant', 'sandbox'],
    {},
    'Failed to choose the variant "sandbox": no provider that is served has it. Known are beel=spring-2026, beel=autumn-2026.',
  ],
  [
    [],
    { HOOKPROOF_VARIANT: 'beel=autumn' },
    'Failed to choose the variant "beel=autumn": beel has no such variant. Known are beel=spring-2026, beel=autumn-2026.',
  ],
  [
    ['--provider', 'tsanet', '--variant', 'tsanet=live'],
    {},
    'Failed to choose the variant "tsanet=live": tsanet has no such variant. Known are tsanet=v1, tsanet=production, tsanet=v2.',
  ],
])('refuses %j with %j', async (flags, env, message) => {
  expect(await finished(['start', '--port', '0', '--memory', ...flags], { command, env })).toEqual({
    code: 2,
    out: '',
    err: message,
  })
})
