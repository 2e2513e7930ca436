import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { MEASUREMENTS } from './measurements/index.ts'
import { isMet } from './support/rows.ts'
import { createScratch } from './support/scratch.ts'
import type { Row, Setting } from './support/setting.ts'
import { table } from './support/table.ts'

const { values } = parseArgs({
  options: {
    /** Also write the numbers to this file. */
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    /** Names of measurements, with commas. Default: all. */
    only: { type: 'string' },
    /** The built package to measure. */
    dist: { type: 'string', default: fileURLToPath(new URL('../../dist', import.meta.url)) },
    peers: { type: 'string' },
  },
})
await using scratch = await createScratch()
const setting: Setting = {
  dist: resolve(values.dist),
  scratch,
  quick: values.quick,
  rounds: values.quick ? 1 : Number(values.rounds),
  peers: values.peers === undefined ? null : resolve(values.peers),
  note: (text) => process.stderr.write(`${text}\n`),
}
const wanted = values.only?.split(',') ?? Object.keys(MEASUREMENTS)
const rows: Row[] = []
for (const name of wanted) {
  const measure = MEASUREMENTS[name]
  if (measure === undefined)
    throw new Error(`no measurement ${name}; there are ${Object.keys(MEASUREMENTS).join(', ')}`)
  setting.note(`measuring ${name} …`)
  rows.push(...(await measure(setting)))
}
const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model ?? '' }
process.stdout.write(`${table(rows)}\n`)
if (values.json !== undefined) {
  const report = { machine, at: new Date().toISOString(), quick: values.quick, rounds: setting.rounds }
  const judged = rows.map((row) => ({ ...row, met: isMet(row) }))
  await writeFile(values.json, `${JSON.stringify({ ...report, rows: judged }, null, 2)}\n`)
}
