import { readFile, writeFile } from 'node:fs/promises'
import { vocabularySchema } from '../../src/spec/vocabulary-schema.ts'
import { withTables } from '../unit/spec/vocabulary-tables.ts'

/** Writes the JSON Schema of the vocabulary, and the tables of openapi/README.md, from its rows: `npm run generate`. */
const SCHEMA = new URL('../../openapi/vocabulary.schema.json', import.meta.url)
const README = new URL('../../openapi/README.md', import.meta.url)

await writeFile(README, withTables(await readFile(README, 'utf8')))
await writeFile(SCHEMA, `${JSON.stringify(vocabularySchema(), null, 2)}\n`)
