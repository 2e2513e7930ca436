import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expectationMembers, stepMembers } from '../unit/scenario/member-rows.ts'

/**
 * Writes the long tables of scenarios/README.md anew:
 *
 *     node --import tsx test/support/write-scenario-tables.ts
 */
const FILE = fileURLToPath(new URL('../../scenarios/README.md', import.meta.url))

const tables: readonly (readonly [heading: string, word: string, rows: readonly (readonly string[])[]])[] = [
  ['### Members of steps', 'step', stepMembers()],
  ['### Members of expectations', 'word', expectationMembers()],
]

let text = await readFile(FILE, 'utf8')
for (const [heading, word, rows] of tables) {
  const lines = rows.map(([first = '', ...others]) =>
    `| ${[first, ...others].join(' | ')} |`.replace('|  |', '| |'),
  )
  const table = [`| ${word} | member | says |`, '| --- | --- | --- |', ...lines].join('\n')
  const [before = '', after = ''] = text.split(`${heading}\n`)
  // Words of introduction stay.
  text = `${before}${heading}\n${after.replace(/(\|.*\n)+/, `${table}\n`)}`
}
await writeFile(FILE, text)
