import { readFile } from 'node:fs/promises'
import { CONTROL_DOCUMENT } from '../../spec/shipped.ts'
import { oneOf, usageError } from '../flags.ts'
import { command } from '../program.ts'

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
  name: 'schema',
  summary: 'print the JSON Schema of scenario files or of the keywords, or the OpenAPI of the control API',
  args: `<${NAMES.join('|')}>`,
  flags: {},
  examples: [
    ['hookproof schema scenario > scenario.schema.json', 'for an editor that completes scenario files'],
    ['hookproof schema control', 'to make a client of the control API in any language'],
  ],
  async run({ args: [given = ''] }, io) {
    try {
      const name = oneOf(NAMES)(given)
      io.out((await SCHEMAS[name]?.()) ?? '')
      return 0
    } catch (error) {
      const { message, hint } = error as { message: string; hint?: string }
      throw usageError(`Failed to read the command line: ${message}.`, hint)
    }
  },
})
