import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject } from '../../../src/core/json.ts'
import { PLANES } from '../../../src/fault/catalogue.ts'
import { readFault } from '../../../src/fault/read-fault.ts'
import { loadScenario } from '../../../src/scenario/file/load.ts'
import { scenarioObject, scenarioSchema } from '../../../src/scenario/file/schema.ts'
import { expectationMembers, expectationRows, faultRows, stepMembers, stepRows } from './tables.ts'

const FOLDER = fileURLToPath(new URL('../../../scenarios', import.meta.url))
const readme = await readFile(`${FOLDER}/README.md`, 'utf8')

/** The rows of the tables below a heading, without their heads. */
function rows(heading: string): readonly (readonly string[])[] {
  const [, after = ''] = readme.split(`${heading}\n`)
  const part = after.split(/\n#{2,3} /)[0] ?? ''
  return part
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(2, -2).split(' | '))
}

/** As {@link rows}, with rows that go on with the word above them. */
function cells(heading: string): readonly (readonly string[])[] {
  const [, after = ''] = readme.split(`${heading}\n`)
  const lines = (after.split(/\n#{2,3} /)[0] ?? '').split('\n').filter((line) => /^\| (`|\| )/.test(line))
  return lines.map((line) =>
    line
      .replace(/^\| \|/, '|  |')
      .slice(2, -2)
      .split(' | '),
  )
}

const RENEW = 'Write it again with: npm run generate'

describe('scenarios/README.md', () => {
  it.each([
    ['## Steps', stepRows()],
    ['### Members of steps', stepMembers()],
    ['## Expectations', expectationRows()],
    ['### Members of expectations', expectationMembers()],
  ])('has the table of %s', (heading, known) => {
    expect(cells(heading), RENEW).toEqual(known)
  })

  it.each(PLANES)('has every fault of the plane %s, with its defaults', (plane) => {
    const [heading = ''] = readme.match(new RegExp(`### \`${plane}\`.*`)) ?? []
    expect(
      rows(heading).map((cells) => [cells[0], cells[1], cells[2] ?? '']),
      RENEW,
    ).toEqual(faultRows(plane))
  })

  it('has every key of a file', () => {
    const keys = Object.keys(scenarioObject({}).properties as JsonObject).filter((key) => key !== '$schema')
    const told = rows('## The file').flatMap(([cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key),
    )
    expect(told.toSorted()).toEqual(keys.toSorted())
  })

  it('shows a scenario that loads, and faults that can be read', async () => {
    const [whole = '', faults = ''] = [...readme.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text)
    const file = join(await mkdtemp(join(tmpdir(), 'hookproof-readme-')), 'scenario.yaml')
    await writeFile(file, whole)
    expect((await loadScenario(file)).steps).toHaveLength(3)
    const planes = Object.entries((parse(faults) as { faults: Record<string, JsonObject[]> }).faults)
    const read = planes.flatMap(([plane, list]) => list.map((fault) => readFault({ ...fault, plane })))
    expect(read.flatMap((one) => ('issues' in one ? one.issues : []))).toEqual([])
    expect(read).toHaveLength(3)
  })
})

describe('scenarios/scenario.schema.json', () => {
  it('is what `hookproof schema scenario` prints', async () => {
    expect(JSON.parse(await readFile(`${FOLDER}/scenario.schema.json`, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(scenarioSchema())),
    )
  })
})
