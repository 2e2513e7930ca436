import { readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProviderId } from '../core/random.ts'
import { splitId } from './names.ts'

/** openapi/, beside src/ and beside dist/ alike. */
const FOLDER = fileURLToPath(new URL('../../openapi', import.meta.url))

/** The control API's own contract. */
export const CONTROL_DOCUMENT = join(FOLDER, 'control.yaml')

interface ShippedProvider {
  /** The file's name: `acme`, `acme@autumn`. */
  readonly id: ProviderId
  readonly name: string
  /** Null: the default variant, whatever its document calls it. */
  readonly variant: string | null
  readonly file: string
}

/** The documents that come with the package, by id. */
export function shippedProviders(): readonly ShippedProvider[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml') && name !== basename(CONTROL_DOCUMENT))
    .sort()
    .map((file) => {
      const id = basename(file, '.yaml') as ProviderId
      return { id, ...splitId(id), file: join(FOLDER, file) }
    })
}

export function isShipped(file: string): boolean {
  return dirname(resolve(file)) === FOLDER
}

/** `fixtures/<name>/accounts.json` in the folder beside the document's own: the variants of a provider share it. */
export function accountsFile(document: string, id: string): string {
  return join(dirname(document), '..', 'fixtures', splitId(id).name, 'accounts.json')
}
