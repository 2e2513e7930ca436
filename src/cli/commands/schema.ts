import { readFile } from 'node:fs/promises'
import { EXIT_CODES } from '../../core/errors.ts'
import { CONTROL_DOCUMENT } from '../../spec/shipped.ts'
import { command } from '../command.ts'
import { oneOf, readAs } from '../flags.ts'

/** What can be printed, and where each comes from. */
const SCHEMAS: Readonly<Record<string, () => Promise<string>>> = {
  async scenario() {
    const { scenarioSchema } = await import('../../scenario/file/schema.ts')
    return JSON.stringify(scenarioSchema(), null, 2)
  },
  async vocabulary() {
    const { vocabularySchema } = await import('../../spec/vocabulary-schema.ts')
    return JSON.stringify(vocabularySchema(), null, 2)
  },
  control: async () => (await readFile(CONTROL_DOCUMENT, 'utf8')).trimEnd(),
}

const NAMES = Object.keys(SCHEMAS)

export const schema = command({
  flags: {},
  examples: [
    ['hookproof schema scenario > scenario.schema.json', 'for an editor that completes scenario files'],
    ['hookproof schema control', 'to make a client of the control API in any language'],
  ],
  async run({ args: [given = ''] }, io) {
    const name = readAs('the command line', () => oneOf(NAMES)(given))
    io.out(...((await SCHEMAS[name]?.()) ?? '').split('\n'))
    return EXIT_CODES.passed
  },
})
