import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDocument } from '../support/readme.ts'
import { MEASUREMENTS } from './measurements/index.ts'
import { isMet, row } from './support/rows.ts'
import type { Row } from './support/setting.ts'
import { table } from './support/table.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

const PROMISED = readDocument('test/README.md').section('What is promised').rows

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-test-'))
})
afterAll(() => rm(folder, { recursive: true }))

type Measured = Row & { readonly measurement: string; readonly met: boolean | null }

async function bench(...args: string[]) {
  const json = join(folder, 'result.json')
  const command = ['--import', 'tsx', MAIN, '--quick', '--json', json, ...args]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command)
  const { rows } = JSON.parse(await readFile(json, 'utf8')) as { rows: readonly Measured[] }
  return { stdout, stderr, rows }
}

describe('the benchmark', () => {
  it('measures everything beside its bare counterpart', { timeout: 180_000 }, async () => {
    const { stdout, rows } = await bench(...Object.keys(MEASUREMENTS))
    expect(new Set(rows.map(({ name }) => name.replace(/\d+/g, 'N')))).toEqual(
      new Set([
        'start, spawn to first N',
        'startMock, first',
        'startMock, after the first',
        'API calls, companybelgium',
        'processor time of a call, companybelgium',
        'API calls, beel',
        'processor time of a call, beel',
        'deliveries, from N stored attempts on',
        'processor time of a delivery, from N stored attempts on',
        'burst of N events, library',
        'burst of N events, control API',
        'memory, idle',
        'memory, after N calls and as many events',
        'longest pause, compacting N attempts',
        'pN of nine receivers, the tenth hangs',
        'memory beyond what the kept records explain',
        'longest work without a pause',
        'worst answer of health',
      ]),
    )
    const timed = rows.filter(
      ({ name, measurement }) => measurement !== 'soak' && !name.startsWith('processor time'),
    )
    for (const { ours, bare, ratio } of timed)
      for (const value of [ours.median, bare?.median, ratio?.median]) expect(value).toBeGreaterThan(0)
    expect(stdout.split('\n')).toHaveLength(rows.length + 2)
    const goals = rows.filter(({ goal }) => goal !== null)
    for (const { measurement, goal } of goals)
      expect(promised(measurement), measurement).toContain(` ${boundOf(goal)} `)
    const promisedNames = PROMISED.flatMap(
      ([, , command = '']) => /^`npm run bench (\S+)`$/.exec(command)?.[1] ?? [],
    )
    expect(new Set(goals.map(({ measurement }) => measurement))).toEqual(new Set(promisedNames))
  })

  it('refuses what it cannot measure', async () => {
    await expect(bench('speed')).rejects.toMatchObject({
      code: 2,
      stderr: `no measurement speed; there are ${Object.keys(MEASUREMENTS).join(', ')}\n`,
    })
  })

  it('says which peers are missing', { timeout: 60_000 }, async () => {
    const bin = join(folder, 'node_modules', '.bin')
    await mkdir(bin, { recursive: true })
    // Stands for a peer: serves whatever it is asked for.
    const peer = `#!/usr/bin/env node
require('node:http').createServer((_, response) => response.end('[]')).listen(process.argv[process.argv.indexOf('-p') + 1], '127.0.0.1')`
    await writeFile(join(bin, 'prism'), peer, { mode: 0o755 })
    const { stderr, rows } = await bench('peers', '--peers', folder)
    expect(rows.map(({ name }) => name)).toEqual(['start, beside Prism', 'GET of a list, beside Prism'])
    expect(stderr.split('\n')).toEqual([
      'measuring peers …',
      `  skipped Mockoon: there is no ${join(bin, 'mockoon-cli')}`,
      `  skipped WireMock: there is no ${join(bin, 'wiremock')}`,
      '',
    ])
  })
})

describe('a row', () => {
  const goal = { of: 'ratio', atLeast: 0.5 } as const
  const rounds = { name: 'calls', unit: 'per s', ours: [10, 30, 20] }

  it('has the median of the ratios of its rounds, not the ratio of the medians', () => {
    const made = row({ ...rounds, bare: { what: 'bare', values: [100, 30, 50] }, goal })
    expect(made).toEqual({
      name: 'calls',
      unit: 'per s',
      ours: { median: 20, min: 10, max: 30, rounds: 3 },
      bare: { what: 'bare', median: 50, min: 30, max: 100, rounds: 3 },
      ratio: { median: 0.4, min: 0.1, max: 1, rounds: 3 },
      goal,
    })
    expect(isMet(made)).toBe(false)
    expect(isMet({ ...made, goal: { of: 'ours', atMost: 20 } })).toBe(true)
    expect(table([made])).toBe(
      [
        'what   unit   hookproof (min–max)  bare (min–max)        ratio  goal',
        'calls  per s  20.0 (10.0–30.0)     50.0 (30.0–100) bare  0.40   ratio ≥ 0.5  MISSED',
      ].join('\n'),
    )
  })

  it('without a goal is neither met nor missed', () => {
    expect(isMet(row(rounds))).toBeNull()
  })
})

/** What test/README.md says of one measurement, with a space on either side. */
function promised(measurement: string): string {
  const rows = PROMISED.filter(([, , command]) => command === `\`npm run bench ${measurement}\``)
  return ` ${rows.flat().join(' ')} `
}

function boundOf(goal: Row['goal']): string {
  const { of, atMost, atLeast } = goal ?? { of: 'ours' }
  if (of === 'ours') return String(atMost ?? atLeast)
  return atLeast === undefined ? `${atMost} times` : `${atLeast * 100} %`
}
