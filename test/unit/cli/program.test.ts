import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../../src/cli/commands/index.ts'
import { untilStopped } from '../../../src/cli/io.ts'
import { explain } from '../../../src/cli/program.ts'
import { fakeIo, run } from './fake-io.ts'

describe('runCli', () => {
  it.each([
    [['strat'], 'Failed to read the command line: unknown command "strat". Did you mean "start"?'],
    [
      ['start', '--prot', '1'],
      'Failed to read the command line: unknown option "--prot". Did you mean "--port"?',
    ],
    [['trigger', 'acme'], 'Failed to read the command line: missing required argument "event".'],
    [
      ['start', 'npm', 'test'],
      'Failed to read the command line: too many arguments for "start". Expected 0 arguments but got 2.',
    ],
    [['start', '--port'], 'Failed to read the command line: option "--port <n>" argument missing.'],
    [
      ['reset', '--', 'npm'],
      'Failed to read the command line: reset runs no command, and "npm" follows "--".',
    ],
    [
      ['start', '--memory', '--'],
      'Failed to read the command line: no command follows "--". Write it there, as in -- npm run dev, or leave the "--" out.',
    ],
    [
      ['listen', '--respond', '503,tiemout'],
      'Failed to read --respond: "tiemout" is not a known answer. Did you mean "timeout"? Write a status such as 503 or 429:5s, or one of timeout, slow, reset, empty, garbage, redirect (slow:2s, redirect:URL).',
    ],
    [
      ['start', '--memory', '--db', 'x'],
      'Failed to read the command line: option "--memory" cannot be used with option "--db <file>".',
    ],
    [
      ['run', 'x.yaml', '--keep', '--watch'],
      'Failed to read --keep: with --watch, a run has to end before the next one begins. Leave one of the two out.',
    ],
    [['help', 'strat'], 'Failed to read the command line: unknown command "strat". Did you mean "start"?'],
    [['listen', '--path', 'hooks'], 'Failed to read --path: "hooks" is not a path. Write it as /hooks.'],
    [
      ['listen', '--secret', 's'],
      'Failed to read --secret: nothing says which signature it is for. Add --provider ID.',
    ],
    [['types', 'nosuch', '--spec', '/nowhere.yaml'], expect.stringContaining('/nowhere.yaml')],
  ])('refuses %j', async (line, err) => {
    expect(await run(line)).toEqual({ code: 2, out: '', err })
  })

  it('refuses flags that exclude each other from the environment, too', async () => {
    expect(await run(['run', 'x.yaml', '--watch'], { HOOKPROOF_KEEP: '1' })).toEqual({
      code: 2,
      out: '',
      err: 'Failed to read --keep: with --watch, a run has to end before the next one begins. Leave one of the two out.',
    })
    expect(
      await run(['verify', '--provider', 'tsanet', '--all', 'x.jsonl'], { HOOKPROOF_ENTRY: '1' }),
    ).toMatchObject({ code: 2, err: expect.stringContaining('--all checks every one') })
  })

  it('prints help and version on stdout', async () => {
    const bare = await run([])
    const help = await run(['--help'])
    expect(bare).toEqual(help)
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const name of Object.keys(COMMANDS)) expect(help.out).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'))
    expect(await run(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+$/) })
  })

  it.each(Object.entries(COMMANDS))('%s --help has an example', async (name, { load }) => {
    const { code, out } = await run([name, '--help'])
    expect(await run(['help', name])).toEqual({ code, out, err: '' })
    expect(code).toBe(0)
    expect(out).toMatch(/Examples:\n {2}hookproof /)
    const [, flag, variable] = /from the environment: (--\S+) from (HOOKPROOF_\S+)\.$/.exec(out) ?? []
    const { flags } = await load()
    for (const [key, one] of Object.entries(flags)) expect(one.attributeName()).toBe(key)
    expect(flag === undefined).toBe(Object.keys(flags).length === 0)
    if (flag === undefined) return
    expect(out).toMatch(new RegExp(`^ +${flag} `, 'm'))
    expect(variable).toBe(`HOOKPROOF_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`)
  })

  it('tells the defaults of what is chosen from a few words', async () => {
    expect((await run(['start', '--help'])).out.replaceAll(/\s+/g, ' ')).toMatch(
      /fast \(default: real\).*for programs \(default: text\)/,
    )
    expect((await run(['sign', '--help'])).out.replaceAll(/\s+/g, ' ')).toContain('(default: now)')
  })
})

describe('explain', () => {
  it('calls what nobody expected a bug, and shows the stack only on request', () => {
    const io = fakeIo()
    expect(explain(new TypeError('x is undefined\nmore'), io)).toBe(5)
    expect(io.stderr).toEqual([
      'Failed to go on: x is undefined; this is a bug in hookproof (HOOKPROOF_DEBUG=1 shows where).',
    ])
    const debugged = fakeIo({ HOOKPROOF_DEBUG: '1' })
    explain(new TypeError('x'), debugged)
    expect(debugged.stderr[1]).toMatch(/^TypeError: x\n\s+at /)
  })

  it.each([
    Object.assign(new Error('Cannot create a string longer than 0x1fffffe8 characters'), {
      code: 'ERR_STRING_TOO_LONG',
    }),
    new RangeError('Invalid string length'),
  ])('calls input that is too large for one string input: %s', (error) => {
    const io = fakeIo()
    expect(explain(error, io)).toBe(2)
    expect(io.stderr).toEqual([
      'Failed to go on: something in the input is too large. Make it smaller: 100 MiB are always possible.',
    ])
  })

  it('calls a working folder that was removed what it is', () => {
    const io = fakeIo()
    const error = Object.assign(new Error('ENOENT: no such file or directory, uv_cwd'), {
      code: 'ENOENT',
      syscall: 'uv_cwd',
    })
    expect(explain(error, io)).toBe(3)
    expect(io.stderr).toEqual(['Failed to go on: the working folder was removed. Start in another one.'])
  })

  it('calls input that is nested too deeply input', () => {
    const io = fakeIo()
    const deeper = (): number => deeper() + 1
    const overflow = () => {
      try {
        return deeper()
      } catch (error) {
        return error
      }
    }
    expect(explain(overflow(), io)).toBe(2)
    expect(io.stderr).toEqual([
      'Failed to go on: something in the input is nested too deeply. Nest it less: 200 levels are always possible.',
    ])
  })
})

describe('untilStopped', () => {
  it('resolves at the first signal and exits with 130 at the second', async () => {
    const io = fakeIo()
    const { promise, dispose } = untilStopped(io)
    io.signal()
    expect(await promise).toBeNull()
    expect(io.exits).toEqual([])
    io.signal()
    expect(io.exits).toEqual([130])
    dispose()
    io.signal()
    expect(io.exits).toEqual([130])
  })
})
