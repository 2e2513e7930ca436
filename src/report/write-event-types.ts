import { existsSync, realpathSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { knownProviders } from '../spec/load.ts'
import { eventTypes } from './event-types.ts'

/** dist/types/ of built code, which the package exports as `hookproof/types/<provider>`. */
const FOLDER = fileURLToPath(new URL('../types', import.meta.url))

/** Writes the event types of every provider that comes with hookproof, variant by variant; their modules have nothing to run. */
export async function writeEventTypes(folder: string = FOLDER): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const provider of await knownProviders([])) {
    await writeFile(join(folder, `${provider.id}.d.ts`), await eventTypes(provider))
    await writeFile(join(folder, `${provider.id}.js`), 'export {}\n')
  }
}

function isScript(): boolean {
  const script = process.argv[1]
  return script !== undefined && existsSync(script) && realpathSync(script) === fileURLToPath(import.meta.url)
}

if (isScript()) await writeEventTypes()
