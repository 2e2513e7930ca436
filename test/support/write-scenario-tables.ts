import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { PLANES } from '../../src/fault/catalogue.ts'
import { scenarioSchema } from '../../src/scenario/file/schema.ts'
import {
  expectationMembers,
  expectationRows,
  faultRows,
  stepMembers,
  stepRows,
  type Table,
} from '../unit/scenario/tables.ts'

/**
 * Writes the JSON Schema of scenario files, and the tables of scenarios/README.md, from the steps, expectations and faults:
 * `npm run generate`.
 */
const FOLDER = fileURLToPath(new URL('../../scenarios', import.meta.url))

type Written = readonly [heading: string, head: readonly string[], rows: Table]

const TABLES: readonly Written[] = [
  ['## Steps', ['step', 'what it does', 'for example'], stepRows()],
  ['### Members of steps', ['step', 'member', 'says'], stepMembers()],
  ['## Expectations', ['word', 'what is looked at', 'what can be said'], expectationRows()],
  ['### Members of expectations', ['word', 'member', 'says'], expectationMembers()],
  ...PLANES.map(
    (plane): Written => [
      `### \`${plane}\``,
      ['fault', 'what happens', 'parameters and their defaults'],
      faultRows(plane),
    ],
  ),
]

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`.replace(/^\| {2}\|/, '| |')
}

let text = await readFile(`${FOLDER}/README.md`, 'utf8')
for (const [heading, head, rows] of TABLES) {
  const table = [head, head.map(() => '---'), ...rows].map(line).join('\n')
  const start = text.indexOf(`\n${heading}`) + 1
  if (start === 0) throw new Error(`There is no heading "${heading}".`)
  // The first table after the heading; what is said around it stays.
  text = text.slice(0, start) + text.slice(start).replace(/(\|.*\n)+/, () => `${table}\n`)
}
await writeFile(`${FOLDER}/README.md`, text)
await writeFile(`${FOLDER}/scenario.schema.json`, `${JSON.stringify(scenarioSchema(), null, 2)}\n`)
