import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { MEASUREMENTS, ONLY_WHERE_NAMED } from './measurements/index.ts'
import { isMet } from './support/rows.ts'
import { createScratch } from './support/scratch.ts'
import type { Row, Setting } from './support/setting.ts'
import { table } from './support/table.ts'

/**
 * `npm run bench`, or `npm run bench NAME…` for some of the measurements: start-up, in-process-start, api-calls,
 * deliveries, burst, memory, compaction, isolation, peers, soak. The soak runs only where it is named, and fails where a goal is
 * missed: it asks for nothing that depends on the machine.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Also write the numbers to this file. */
    json: { type: 'string' },
    /** Small numbers, all at once: shows that the benchmarks work, and measures nothing. */
    quick: { type: 'boolean', default: false },
    /** How long the soak lasts. */
    minutes: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
    /** The built package to measure. */
    dist: { type: 'string', default: fileURLToPath(new URL('../../dist', import.meta.url)) },
    /** A folder in which peers are installed with npm. */
    peers: { type: 'string' },
  },
})
await using scratch = await createScratch()
const setting: Setting = {
  dist: resolve(values.dist),
  scratch,
  quick: values.quick,
  rounds: values.quick ? 1 : Number(values.rounds),
  minutes: Number(values.minutes),
  peers: values.peers === undefined ? null : resolve(values.peers),
  note: (text) => process.stderr.write(`${text}\n`),
}
const wanted =
  positionals.length === 0
    ? Object.keys(MEASUREMENTS).filter((name) => !ONLY_WHERE_NAMED.includes(name))
    : positionals
const unknown = wanted.find((name) => !Object.hasOwn(MEASUREMENTS, name))
if (unknown !== undefined) {
  process.stderr.write(`no measurement ${unknown}; there are ${Object.keys(MEASUREMENTS).join(', ')}\n`)
  process.exit(2)
}
const measured = new Map<string, readonly Row[]>()
const left = [...wanted]
const work = async () => {
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    setting.note(`measuring ${name} …`)
    measured.set(name, (await MEASUREMENTS[name]?.(setting)) ?? [])
  }
}
// Side by side they would measure each other.
await Promise.all(Array.from({ length: values.quick ? 5 : 1 }, work))
const rows = wanted.flatMap((name) => measured.get(name) ?? [])
const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model ?? '' }
process.stdout.write(`${table(rows)}\n`)
if (values.json !== undefined) {
  const report = { machine, at: new Date().toISOString(), quick: values.quick, rounds: setting.rounds }
  const judged = wanted.flatMap((measurement) =>
    (measured.get(measurement) ?? []).map((row) => ({ measurement, ...row, met: isMet(row) })),
  )
  await writeFile(values.json, `${JSON.stringify({ ...report, rows: judged }, null, 2)}\n`)
}
if (!values.quick && (measured.get('soak') ?? []).some((row) => isMet(row) === false)) process.exitCode = 1
