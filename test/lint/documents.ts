import { readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { yamlText } from '../../src/core/yaml-text.ts'
import { readDocument } from '../../src/schema/locate.ts'
import { bundle } from '../../src/spec/bundle.ts'
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

/** What other programs get to read: the file itself, or, of a document of several files, the one that a mock serves. */
export async function wholeDocument(file: string, scratch: string): Promise<string> {
  const document = await readDocument(file, { action: 'read the document', code: 'BAD_DOCUMENT' })
  const { value, files } = await bundle(document)
  if (files.length === 1) return file
  const whole = join(scratch, basename(file))
  await writeFile(whole, yamlText(value))
  return whole
}
