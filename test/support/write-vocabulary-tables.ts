import { readFile, writeFile } from 'node:fs/promises'
import { withTables } from '../unit/spec/vocabulary-tables.ts'

/**
 * Writes the tables of openapi/README.md anew:
 *
 *     node --import tsx test/support/write-vocabulary-tables.ts
 */
const FILE = new URL('../../openapi/README.md', import.meta.url)

await writeFile(FILE, withTables(await readFile(FILE, 'utf8')))
