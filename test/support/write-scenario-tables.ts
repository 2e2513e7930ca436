import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { PLANES } from '../../src/fault/catalogue.ts'
import { scenarioSchema } from '../../src/scenario/file/schema.ts'
import { expectationMembers, faultRows, stepMembers } from '../unit/scenario/member-rows.ts'

/**
 * Writes scenarios/scenario.schema.json and the long tables of scenarios/README.md anew:
 *
 *     node --import tsx test/support/write-scenario-tables.ts
 */
const fileOf = (name: string) => fileURLToPath(new URL(`../../scenarios/${name}`, import.meta.url))

type Table = readonly [heading: string, columns: readonly string[], rows: readonly (readonly string[])[]]

const tables: readonly Table[] = [
  ['### Members of steps', ['step', 'member', 'says'], stepMembers()],
  ['### Members of expectations', ['word', 'member', 'says'], expectationMembers()],
  ...PLANES.map((plane): Table => {
    return [`### \`${plane}\``, ['fault', 'what happens', 'parameters and their defaults'], faultRows(plane)]
  }),
]

let text = await readFile(fileOf('README.md'), 'utf8')
for (const [heading, columns, rows] of tables) {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`.replace(/^\| {2}\|/, '| |')
  const table = [columns, columns.map(() => '---'), ...rows].map(line).join('\n')
  const start = text.indexOf(`\n${heading}`) + 1
  if (start === 0) throw new Error(`There is no heading "${heading}".`)
  // The words of introduction stay.
  text = text.slice(0, start) + text.slice(start).replace(/(\|.*\n)+/, () => `${table}\n`)
}
await writeFile(fileOf('README.md'), text)
await writeFile(fileOf('scenario.schema.json'), `${JSON.stringify(scenarioSchema(), null, 2)}\n`)
