import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startReceiver } from '../../src/receiver/receiver.ts'
import type { RunResult } from '../../src/scenario/result.ts'
import { runScenarios } from '../../src/scenario/run/run-files.ts'
import { isAlive } from '../support/is-alive.ts'
import { SLOW, scenarioFile, wrong } from '../support/run-steps.ts'

const story = (name: string, steps: string, provider = 'tsanet') =>
  scenarioFile(
    `version: 1\nname: ${name}\nprovider: ${provider}\nseed: 1\nvars: { ${name}: x }\nwebhooks: { app: { url: $receiver } }\nsteps:\n${steps}`,
    `${name}.yaml`,
  )
const passing = (name: string) =>
  story(
    name,
    '  - { trigger: note.created, as: note }\n  - { expect: { delivery: { of: note, status: succeeded, attempts: 1 } } }\n',
  )
const failing = (name: string) => story(name, '  - { call: listWebhooks, expect: { status: 404 } }\n')

const outcome = ({ scenarios }: RunResult) =>
  scenarios.map(({ name, status, exitCode, reason }) => [name, status, exitCode, reason])

describe('runScenarios', SLOW, () => {
  it('gives each file a result, in their order', async () => {
    const files = [await failing('first'), await passing('second'), 'no/such.yaml', await passing('third')]
    const run = await runScenarios(files, { jobs: 2 })
    expect(outcome(run).map((one) => one.slice(0, 3))).toEqual([
      ['first', 'failed', 1],
      ['second', 'passed', 0],
      ['no/such.yaml', 'broken', 2],
      ['third', 'passed', 0],
    ])
    const { version } = JSON.parse(await readFile('package.json', 'utf8'))
    expect(run.version).toBe(version)
  })

  it('says of a receiver that nobody has started that it cannot be checked', async () => {
    const gone = await startReceiver()
    await gone.close()
    const run = await runScenarios([await passing('first')], { receiver: { url: gone.url } })
    expect(outcome(run)).toEqual([
      [
        'first',
        'broken',
        3,
        `Failed to reach the receiver at ${gone.url}: it accepts no connection. Start it first, or have it started with -- COMMAND.`,
      ],
    ])
  })

  it('leaves out the rest after the first failure where that is asked for', async () => {
    const files = [await passing('first'), await failing('second'), await passing('third')]
    const ended: string[] = []
    const run = await runScenarios(files, {
      bail: true,
      onProgress: (entry) => entry.type === 'scenario-ended' && ended.push(entry.result.name),
    })
    expect(outcome(run)).toEqual([
      ['first', 'passed', 0, null],
      ['second', 'failed', 1, null],
      ['third', 'skipped', 0, 'an earlier one did not pass'],
    ])
    expect(ended).toEqual(['first', 'second', 'third'])
    expect(run.scenarios[2]?.reproduce).toBe(`hookproof run ${files[2]} --seed 1`)
  })

  it('runs as many at the same time as are asked for, unless they share a receiver', async () => {
    const files = await Promise.all(['a', 'b', 'c'].map((name) => story(name, '  - { exec: sleep 0.2 }\n')))
    const overlap = async (options: Parameters<typeof runScenarios>[1]) => {
      let running = 0
      let most = 0
      await runScenarios(files, {
        ...options,
        onProgress: ({ type }) => {
          if (type === 'scenario-started') most = Math.max(most, ++running)
          if (type === 'scenario-ended') running--
        },
      })
      return most
    }
    expect(await overlap({ jobs: 2 })).toBe(2)
    expect(await overlap({})).toBe(1)
    await using own = await startReceiver()
    expect(await overlap({ jobs: 2, receiver: { url: own.url } })).toBe(1)
  })

  it('gives a variable to the files that have it, and is broken where none has it', async () => {
    const files = [await passing('first'), await passing('second')]
    const run = await runScenarios(files, { set: { first: 'y' } })
    expect(outcome(run).map(([, status]) => status)).toEqual(['passed', 'passed'])
    expect(run.scenarios.map(({ reproduce }) => reproduce.includes('--set first=y'))).toEqual([true, false])
    const none = await runScenarios(files, { set: { third: 'y' } })
    expect(outcome(none).map(([, status, code]) => [status, code])).toEqual([
      ['broken', 2],
      ['broken', 2],
    ])
  })
})

/** A receiver that verifies, and tells what it was told at its start. */
const SERVER = `
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { appendFileSync } from 'node:fs'
const { PORT, NOTES_SECRET, HOOKPROOF_URL, HOOKPROOF_TSANET_URL, HOOKPROOF_BEEL_URL, LOG } = process.env
appendFileSync(LOG, JSON.stringify({ pid: process.pid, PORT, NOTES_SECRET, HOOKPROOF_URL, HOOKPROOF_TSANET_URL, HOOKPROOF_BEEL_URL, argv: process.argv.slice(2) }) + '\\n')
createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  if (request.url === '/die') { console.error('out of cheese'); process.exit(7) }
  if (request.method === 'GET') return response.end('up')
  const hmac = createHmac('sha256', NOTES_SECRET).update(Buffer.concat(chunks)).digest('hex')
  response.writeHead(request.headers['x-hub-signature-256'] === 'sha256=' + hmac ? 200 : 401).end()
}).listen(Number(PORT), '127.0.0.1')
`

async function serverCommand(...words: readonly string[]) {
  const file = await scenarioFile(SERVER, 'server.mjs')
  const log = join(file, '..', 'log')
  const told = async () =>
    (await readFile(log, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  return { words: [process.execPath, file, ...words], env: { ...process.env, LOG: log }, told }
}

describe('a receiver that is started for the run', SLOW, () => {
  it('is started once, gets its environment, and is stopped', async () => {
    const { words, env, told } = await serverCommand('--port={port}')
    const beel = story('beel', '  - { call: listWebhookSubscriptions, expect: { status: 200 } }\n', 'beel')
    const files = [await passing('first'), await passing('second'), await beel]
    const command = { words, url: 'http://127.0.0.1:{port}/hooks', ready: 'http://127.0.0.1:{port}/up' }
    const run = await runScenarios(files, { command, env, secretEnv: 'NOTES_SECRET', jobs: 4 })
    expect(run.scenarios.map(wrong)).toEqual([null, null, null])
    expect(outcome(run).map(([, status]) => status)).toEqual(['passed', 'passed', 'passed'])
    const [start, ...more] = await told()
    expect(more).toEqual([])
    expect(start.argv).toEqual([`--port=${start.PORT}`])
    expect(start.NOTES_SECRET).toMatch(/^[0-9a-f]{64}$/)
    expect(start.HOOKPROOF_TSANET_URL).toBe(`${start.HOOKPROOF_URL}/tsanet`)
    expect(start.HOOKPROOF_BEEL_URL).toBe(`${start.HOOKPROOF_URL}/beel/api`)
    expect(run.scenarios[1]?.deliveries[0]?.webhook.url).toBe(`http://127.0.0.1:${start.PORT}/hooks`)
    expect(isAlive(start.pid)).toBe(false)
  })

  it('is another one for each file where that is asked for, and has the secret that is given', async () => {
    const { words, env, told } = await serverCommand()
    const files = [await passing('first'), await passing('second')]
    const run = await runScenarios(files, {
      command: { words },
      env,
      secretEnv: 'NOTES_SECRET',
      secret: 'given',
      restartEach: true,
    })
    expect(outcome(run).map(([, status]) => status)).toEqual(['passed', 'passed'])
    const starts = await told()
    expect(starts.map(({ NOTES_SECRET }) => NOTES_SECRET)).toEqual(['given', 'given'])
    expect(starts[0].pid).not.toBe(starts[1].pid)
  })

  it('listens on the port that is named, which has to be free', async () => {
    const { words, env, told } = await serverCommand()
    const taken = await startReceiver()
    const options = {
      command: { words, url: `http://127.0.0.1:${taken.port}/hooks` },
      env,
      secretEnv: 'NOTES_SECRET',
    }
    const busy = await runScenarios([await passing('first')], options)
    expect(outcome(busy)).toEqual([
      [
        'first',
        'broken',
        3,
        `Failed to start "${words.join(' ')}": something listens at http://127.0.0.1:${taken.port}/hooks already. End it, or write {port} in --receiver to have a free port.`,
      ],
    ])
    await taken.close()
    const run = await runScenarios([await passing('second')], options)
    expect(outcome(run).map(([, status]) => status)).toEqual(['passed'])
    expect((await told())[0].PORT).toBe(String(taken.port))
  })

  it('breaks the first file, with its last words, when it does not come up', async () => {
    const files = [await passing('first'), await passing('second')]
    const dying = await runScenarios(files, {
      command: { words: ['sh', '-c', 'echo no licence >&2; exit 9'] },
    })
    expect(outcome(dying)).toEqual([
      [
        'first',
        'broken',
        3,
        'Failed to start "sh -c echo no licence >&2; exit 9": it ended with code 9 before it was ready. It printed last:\nno licence',
      ],
      ['second', 'skipped', 0, 'the receiver is not up'],
    ])
    const told: string[] = []
    const silent = await runScenarios(files, {
      command: {
        words: ['sleep', '61'],
        ready: 'http://127.0.0.1:{port}/up',
        readyWithinMs: 150,
        onWaiting: (place) => told.push(place),
      },
    })
    expect(told).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/up$/)])
    expect(silent.scenarios[0]?.reason).toMatch(
      /^Failed to start "sleep 61": it was not ready at http:\/\/127\.0\.0\.1:\d+\/up within 150ms\. It printed nothing\. It has to listen on the port in PORT\.$/,
    )
    const missing = await runScenarios(files, { command: { words: ['no-such-command-here'] } })
    expect(outcome(missing)[0]).toEqual([
      'first',
      'broken',
      3,
      'Failed to start "no-such-command-here": there is no such command. Check the command, and from which folder it runs.',
    ])
  })

  it('breaks what it dies in', async () => {
    const { words, env } = await serverCommand()
    const dying = await story(
      'dying',
      '  - { request: { url: $receiver.origin/die } , expect: { error: /closed|reset/ } }\n  - { trigger: note.created, as: note }\n  - { expect: { delivery: { of: note, status: succeeded } } }\n',
    )
    const run = await runScenarios([await passing('first'), dying, await passing('third')], {
      command: { words },
      env,
      secretEnv: 'NOTES_SECRET',
    })
    expect(outcome(run)).toEqual([
      ['first', 'passed', 0, null],
      [
        'dying',
        'broken',
        3,
        `Failed to go on: the receiver "${words.join(' ')}" ended with code 7; it has to stay up until the run is over. It printed last:\nout of cheese`,
      ],
      ['third', 'skipped', 0, 'the receiver is not up'],
    ])
    expect(run.scenarios[1]?.steps.map(({ status }) => status)).toEqual(['passed', 'passed', 'failed'])
  })
})
