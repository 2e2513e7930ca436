import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CONTROL_DOCUMENT } from '../../src/spec/shipped.ts'

/** Where the documents are that the package ships. */
export const SHIPPED_FOLDER = dirname(CONTROL_DOCUMENT)

/** Every OpenAPI document of a folder. */
export async function documentsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder)
  return names
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(folder, name))
}
