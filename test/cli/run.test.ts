import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from '../../src/cli/program.ts'
import { fakeIo } from '../unit/cli/fake-io.ts'

const HEAD = `
version: 1
provider: acme
clock: virtual
webhooks: { app: { url: $receiver } }
`
const PASSING = `${HEAD}
name: down, then up
vars: { text: hello }
receiver: { respond: [503, 200] }
steps:
  - { trigger: { event: note.created, payload: { note: $text } }, as: note }
  - { advance: 10s }
  - { expect: { delivery: { of: note, to: app, status: succeeded, attempts: 2 } } }
`
const FAILING = PASSING.replace('attempts: 2', 'attempts: 3').replace('down, then up', 'tried three times')
const ENDLESS = `${HEAD}
name: waits for what never comes
steps:
  - { trigger: { event: note.created }, as: note }
  - { wait: { delivery: { of: note, status: exhausted }, within: 60s } }
  - { advance: 1h }
`

const ACME = fileURLToPath(new URL('../support/acme.yaml', import.meta.url))

let folder: string
let spec: string
let file: (name: string) => string
const write = async (name: string, text: string) => {
  await writeFile(file(name), text)
  return file(name)
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookproof-run-'))
  file = (name) => join(folder, name)
  spec = file('acme.openapi')
  await cp(ACME, spec)
})
// The first run of a process loads everything, which on a busy machine takes longer than a test may.
beforeAll(async () => {
  const warm = await mkdtemp(join(tmpdir(), 'hookproof-run-'))
  await writeFile(join(warm, 'a.yaml'), PASSING)
  await runCli(['run', join(warm, 'a.yaml'), '--spec', ACME], fakeIo())
  await rm(warm, { recursive: true })
}, 90_000)
afterEach(() => rm(folder, { recursive: true, force: true }))

function begin(args: readonly string[], env: Record<string, string> = {}) {
  const io = fakeIo({ PATH: process.env.PATH ?? '', ...env })
  const at = args.indexOf('--')
  const [own, command] = at < 0 ? [args, []] : [args.slice(0, at), args.slice(at)]
  return { io, ended: runCli(['run', ...own, '--spec', spec, ...command], io) }
}

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const { io, ended } = begin(args, env)
  const code = await ended
  return { code, out: io.stdout, last: io.stdout.at(-1), err: io.stderr.join('\n') }
}

async function until<T>(found: () => T | undefined | false): Promise<T> {
  for (;;) {
    const value = found()
    if (value !== undefined && value !== false) return value
    await sleep(10)
  }
}

/** Without what differs from run to run. */
const steady = (lines: readonly string[]) =>
  lines.map((line) =>
    line
      .replace(/\b\d+(\.\d+)?m?s\b(?=$| |,)/g, 'T')
      .replace(/:\d{4,5}\//g, ':PORT/')
      .replace(/del_\w+/g, 'del_1')
      .replaceAll(folder, 'DIR'),
  )

describe('hookproof run', () => {
  it('tells each step, and ends with the counts and 0', async () => {
    const { code, out, err } = await run([await write('a.yaml', PASSING), '--seed', '7'])
    expect(err).toBe('')
    expect(steady(out)).toEqual([
      '',
      'down, then up  DIR/a.yaml',
      '  ok        1  trigger note.created as note  T',
      '  ok        2  advance T  T',
      '  ok        3  expect delivery of note to app: status succeeded, attempts 2  T',
      '  passed in T, seed 7',
      '',
      '1 passed, 0 failed, 0 skipped',
    ])
    expect(code).toBe(0)
  })

  it('shows the expected, the actual and the timeline of what fails, and how to run it again', async () => {
    const { code, out } = await run([await write('a.yaml', FAILING), '--seed', '7', '--set', 'text=b c'])
    expect(steady(out)).toEqual([
      '',
      'tried three times  DIR/a.yaml',
      '  ok        1  trigger note.created as note  T',
      '  ok        2  advance T  T',
      '  failed    3  expect delivery of note to app: status succeeded, attempts 3  T  DIR/a.yaml:13:5',
      expect.stringMatching(/^ {15}.*expected {2}3$/),
      expect.stringMatching(/^ {15} +but got {3}2$/),
      '               note.created --> http://127.0.0.1:PORT/hooks [del_1]',
      '                 succeeded, 2 attempts',
      expect.stringMatching(/^ {17}1 {2}\+0s? .*\[503\]|^ {17}1 {2}\+T .*\[503\]/),
      expect.stringMatching(/^ {17}2 {2}.*\[200\]/),
      '  failed in T, seed 7',
      '',
      'failed  tried three times',
      expect.stringMatching(
        /^ {2}DIR\/a\.yaml:13:5 {2}expect delivery of note to app: .*: expected 3, got 2$/,
      ),
      `  run it again: hookproof run DIR/a.yaml --seed 7 --set 'text=b c' --spec DIR/acme.openapi`,
      '',
      '0 passed, 1 failed, 0 skipped',
    ])
    expect(code).toBe(1)
  })

  it('runs folders, several at a time, and writes every report', async () => {
    await mkdir(file('s/deep'), { recursive: true })
    for (const name of ['s/a.yaml', 's/b.yaml', 's/deep/c.yaml']) await write(name, PASSING)
    const reports = `junit=${file('r/x/a.xml')},html=${file('r/a.html')},ctrf=${file('r/a.json')}`
    const { code, last } = await run([file('s'), '--jobs', '3', '--report', reports])
    expect(last).toBe('3 passed, 0 failed, 0 skipped')
    expect(code).toBe(0)
    const { results } = JSON.parse(await readFile(file('r/a.json'), 'utf8'))
    expect(results.summary).toMatchObject({ tests: 9, passed: 9 })
    expect((await readFile(file('r/x/a.xml'), 'utf8')).match(/<testcase /g)).toHaveLength(9)
    expect(await readFile(file('r/a.html'), 'utf8')).toContain(
      '<title>3 passed, 0 failed, 0 skipped - hookproof',
    )
  })

  it('goes on past a broken file, ends with 2, and has it in the reports', async () => {
    const broken = await write('b.yaml', PASSING.replace('steps:', 'stepz:'))
    const xml = file('r.xml')
    const { code, out, last } = await run([
      broken,
      await write('a.yaml', PASSING),
      '--report',
      `junit=${xml}`,
    ])
    expect(last).toBe('1 passed, 1 failed, 0 skipped')
    expect(out.join('\n')).toMatch(/b\.yaml:10:1 .*"stepz".*Did you mean "steps"\?/)
    expect(code).toBe(2)
    expect(await readFile(xml, 'utf8')).toMatch(/<error message=".*stepz/)
    const standing = await run([await write('c.yaml', `${HEAD}\nname: nothing to do\n`)])
    expect(standing.code).toBe(2)
    expect(standing.out.join('\n')).toContain('A file without steps is a standing situation')
  })

  it('skips the rest after a failure with --bail', async () => {
    const files = [await write('a.yaml', FAILING), await write('b.yaml', PASSING)]
    const { code, last, out } = await run([...files, '--bail'])
    expect(last).toBe('0 passed, 1 failed, 1 skipped')
    expect(out).toContain('  skipped')
    expect(code).toBe(1)
    expect((await run(files)).last).toBe('1 passed, 1 failed, 0 skipped')
  })

  it('stops after a step with --until', async () => {
    const { code, out } = await run([await write('a.yaml', FAILING), '--until', '2'])
    expect(code).toBe(0)
    expect(out.filter((line) => line.startsWith('  ok'))).toHaveLength(2)
  })

  it('prints JSON lines alone with --format json, and reads flags from the environment', async () => {
    const { out, code } = await run([await write('a.yaml', FAILING)], {
      HOOKPROOF_FORMAT: 'json',
      HOOKPROOF_SEED: '9',
    })
    const lines = out.map((line) => JSON.parse(line))
    expect(lines.map(({ type }) => type)).toEqual([
      'run-started',
      'scenario-started',
      'step',
      'step',
      'step',
      'scenario-ended',
      'run-ended',
    ])
    expect(lines[5].result).toMatchObject({ status: 'failed', seed: '9' })
    expect(lines[6]).toMatchObject({ passed: 0, failed: 1, skipped: 0, exitCode: code })
  })

  it('ends with 3 and says so where a report cannot be written', async () => {
    const { code, err, last } = await run([await write('a.yaml', FAILING), '--report', `html=${folder}`])
    expect(err).toBe(
      `${folder}: Failed to write the html report: it is a folder. Name another file with --report.`,
    )
    expect(last).toBe('0 passed, 1 failed, 0 skipped')
    expect(code).toBe(3)
  })

  it('refuses flags that make no sense', async () => {
    const scenario = await write('a.yaml', PASSING)
    const refusal = async (...args: readonly string[]) => {
      const { code, err, out } = await run([scenario, ...args])
      return `${code} ${err}${out.join('')}`
    }
    expect(await refusal('--report', 'junt=x')).toBe(
      '2 Failed to read --report: "junt" is no kind of report. Did you mean "junit"? Write it as junit=FILE.',
    )
    expect(await refusal('--secret', 's')).toBe(
      '2 Failed to read --secret: the stand-in receiver needs none. Name your receiver with --receiver URL, or start it with -- COMMAND.',
    )
    expect(await refusal('--restart-each')).toBe(
      '2 Failed to read --restart-each: there is no command that could be started again. Add -- COMMAND.',
    )
    expect(await refusal('--receiver', 'http://127.0.0.1:{port}/x')).toBe(
      '2 Failed to read --receiver: {port} is the port of a command, and there is none. Add -- COMMAND, or write the port.',
    )
    expect(await refusal('--keep', '--watch')).toBe(
      '2 Failed to read --keep: with --watch, a run has to end before the next one begins. Leave one of the two out.',
    )
    expect(await refusal(file('nope.yaml'), '--report', `junit=${file('nope.xml')}`)).toMatch(
      /^2 .*nope.yaml: Failed to find the scenario: there is no such file\./,
    )
    expect(await readFile(file('nope.xml'), 'utf8')).toContain(
      'Failed to find the scenario: there is no such',
    )
  })
})

describe('hookproof run against a receiver of the user', () => {
  const STORY = PASSING.replace('receiver: { respond: [503, 200] }', '')

  it('delivers there, with the secret that it knows', async () => {
    const signed: boolean[] = []
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.once('end', () => {
        if (request.method === 'POST') {
          const digest = createHmac('sha256', 's3cret').update(Buffer.concat(chunks)).digest('hex')
          const isPassed = request.headers['x-tunnel'] === 'a: b'
          signed.push(isPassed && request.headers['x-signature'] === `v1=${digest}`)
          response.statusCode = signed.length % 2 === 1 ? 503 : 200
        }
        response.end()
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const given = [
      '--header',
      'X-Tunnel: a: b',
      '--receiver',
      `${url}/hooks`,
      '--secret',
      's3cret',
      '--ready',
      `${url}/health`,
    ]
    const passing = await run([await write('a.yaml', STORY), ...given])
    expect([passing.last, passing.code]).toEqual(['1 passed, 0 failed, 0 skipped', 0])
    const failing = await run([await write('b.yaml', STORY.replace('attempts: 2', 'attempts: 1')), ...given])
    server.closeAllConnections()
    server.close()
    expect(failing.code).toBe(1)
    expect(signed).toEqual([true, true, true, true])
    const again = failing.out.find((line) => line.includes('run it again'))
    expect(again).toContain(
      `--receiver ${url}/hooks --secret '***' --ready ${url}/health --header 'X-Tunnel: a: b' --spec ${spec}`,
    )
    expect(failing.out.join('\n')).not.toContain('s3cret')
  })

  const SERVER = `
    const { createServer } = require('node:http')
    const { writeFileSync } = require('node:fs')
    if (process.env.WEBHOOK_SECRET === undefined || process.env.HOOKPROOF_URL === undefined) process.exit(9)
    writeFileSync(process.argv[1], String(process.pid))
    let count = 0
    createServer((request, response) => {
      request.resume().once('end', () => {
        response.statusCode = ++count % 2 === 1 ? 503 : 200
        response.end()
      })
    }).listen(Number(process.argv[2]), '127.0.0.1')
  `
  const isAlive = (pid: number) => {
    try {
      process.kill(pid, 0)
      return true
    } catch {
      return false
    }
  }

  it('starts it, fills in its port, and ends it', async () => {
    const { code, last, out } = await run([
      await write('a.yaml', STORY),
      await write('b.yaml', STORY),
      '--receiver',
      'http://127.0.0.1:{port}/hooks',
      '--',
      process.execPath,
      '-e',
      SERVER,
      file('pid'),
      '{port}',
    ])
    expect([last, out.filter((line) => line.startsWith('  failed') || line.startsWith('  broken'))]).toEqual([
      '2 passed, 0 failed, 0 skipped',
      [],
    ])
    expect(code).toBe(0)
    expect(isAlive(Number(await readFile(file('pid'), 'utf8')))).toBe(false)
  })

  it('starts it once for all files, and anew for each with --restart-each', async () => {
    const files = [await write('a.yaml', STORY), await write('b.yaml', STORY)]
    const counting = SERVER.replace('writeFileSync(process.argv[1], String(process.pid))', '').replace(
      'let count',
      `require('node:fs').appendFileSync(process.argv[1], 'started ')\n    let count`,
    )
    const command = ['--', process.execPath, '-e', counting, file('starts'), '{port}']
    const starts = () => readFile(file('starts'), 'utf8')
    expect((await run([...files, ...command])).last).toBe('2 passed, 0 failed, 0 skipped')
    expect(await starts()).toBe('started ')
    expect((await run([...files, '--restart-each', ...command])).last).toBe('2 passed, 0 failed, 0 skipped')
    expect(await starts()).toBe('started started started ')
  })

  it('has it listen where --receiver says, as it stands', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const receiver = ['--receiver', `http://127.0.0.1:${port}/hooks`]
    const command = [
      '--',
      process.execPath,
      '-e',
      SERVER.replace('Number(process.argv[2])', 'Number(process.env.PORT)'),
      file('pid'),
    ]
    expect((await run([await write('a.yaml', STORY), ...receiver, ...command])).last).toBe(
      '1 passed, 0 failed, 0 skipped',
    )
  })

  it('ends with 3 where the command dies, and writes the reports all the same', async () => {
    const xml = file('r.xml')
    const { code, out, last } = await run([
      await write('a.yaml', STORY),
      await write('b.yaml', STORY),
      '--report',
      `junit=${xml}`,
      '--',
      process.execPath,
      '-e',
      `require('node:fs').appendFileSync(process.argv[1], 'started '); console.error('no database'); process.exit(4)`,
      file('starts'),
    ])
    expect(last).toBe('0 passed, 1 failed, 1 skipped')
    expect(await readFile(file('starts'), 'utf8')).toBe('started ')
    expect(out.join('\n')).toContain('no database')
    expect(code).toBe(3)
    expect(await readFile(xml, 'utf8')).toMatch(/<error message="[^"]*it ended with code 4/)
  })
})

describe('hookproof run that is interrupted', () => {
  it('reports what was done so far, and ends with 130', async () => {
    const report = file('r.json')
    const { io, ended } = begin([
      await write('a.yaml', PASSING),
      await write('b.yaml', ENDLESS),
      await write('c.yaml', PASSING),
      '--report',
      `ctrf=${report}`,
    ])
    await until(() => io.stdout.some((line) => line.includes('waits for what never comes')))
    await until(() => io.stdout.filter((line) => line.includes('trigger note.created')).length === 2)
    io.signal()
    expect(await ended).toBe(130)
    expect(io.stdout.at(-1)).toMatch(/^1 passed, \d failed, \d skipped$/)
    const { results } = JSON.parse(await readFile(report, 'utf8'))
    expect(results.summary.passed).toBeGreaterThanOrEqual(4)
    expect(results.extra.scenarios.map(({ file: name }: { file: string }) => name)).toHaveLength(3)
    expect(io.exits).toEqual([])
  })

  it('ends at once when it is told a second time', async () => {
    const { io, ended } = begin([await write('b.yaml', ENDLESS)])
    await until(() => io.stdout.some((line) => line.includes('trigger note.created')))
    io.signal()
    io.signal()
    expect(io.exits).toEqual([130])
    await ended
  })
})

describe('hookproof run --keep', () => {
  it('leaves the mock up after a failure until it is told to stop', async () => {
    const { io, ended } = begin([await write('a.yaml', FAILING), await write('b.yaml', PASSING), '--keep'])
    const line = await until(() => io.stderr.find((text) => text.startsWith('Still up')))
    expect(io.stdout.at(-1)).toBe('0 passed, 1 failed, 1 skipped')
    const origin = line.replace('Still up as it was at the failure: ', '')
    const { deliveries } = (await (await fetch(`${origin}/_mock/deliveries`)).json()) as {
      deliveries: { attempts: unknown[] }[]
    }
    expect(deliveries.map(({ attempts }) => attempts.length)).toEqual([2])
    io.signal()
    expect(await ended).toBe(1)
    await expect(fetch(`${origin}/_mock/health`)).rejects.toThrow('fetch failed')
  })

  it('ends by itself where nothing failed', async () => {
    expect((await run([await write('a.yaml', PASSING), '--keep'])).code).toBe(0)
  })
})

describe('hookproof run --watch', () => {
  it('runs again when a scenario changes, and waits on where an edit is broken', async () => {
    await mkdir(file('s'))
    const scenario = await write('s/a.yaml', FAILING)
    const { io, ended } = begin([file('s'), '--watch', '--report', `html=${file('s/r.html')}`])
    const counts = () => io.stdout.filter((line) => / passed, /.test(line))
    const waits = () => io.stderr.filter((line) => line.startsWith('Waiting')).length
    await until(() => waits() === 1)
    expect(counts()).toEqual(['0 passed, 1 failed, 0 skipped'])
    await writeFile(scenario, FAILING.replace('steps:', 'stepz:'))
    await until(() => waits() === 2)
    expect(io.stdout.join('\n')).toContain('Did you mean "steps"?')
    await writeFile(scenario, PASSING)
    await until(() => waits() === 3)
    await write('s/b.yaml', PASSING)
    await until(() => waits() === 4)
    expect(counts()).toEqual([
      '0 passed, 1 failed, 0 skipped',
      '0 passed, 1 failed, 0 skipped',
      '1 passed, 0 failed, 0 skipped',
      '2 passed, 0 failed, 0 skipped',
    ])
    await writeFile(spec, (await readFile(spec, 'utf8')).replace('delays: [10s, 1m]', 'delays: [20s, 1m]'))
    await until(() => waits() === 5)
    expect(counts().at(-1)).toBe('0 passed, 2 failed, 0 skipped')
    expect(io.stderr).toContain(`Changed: ${spec}.`)
    io.signal()
    expect(await ended).toBe(130)
  })

  it('goes on waiting where every scenario is gone', async () => {
    await mkdir(file('s'))
    const scenario = await write('s/a.yaml', PASSING)
    const { io, ended } = begin([file('s'), '--watch'])
    const waits = () => io.stderr.filter((line) => line.startsWith('Waiting')).length
    await until(() => waits() === 1)
    await rm(scenario)
    await until(() => waits() === 2)
    expect(io.stderr.join('\n')).toContain('the folder holds no .yaml file')
    io.signal()
    expect(await ended).toBe(130)
  })
})
