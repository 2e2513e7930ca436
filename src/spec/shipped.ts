import { readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProviderId } from '../core/random.ts'

/** openapi/, beside src/ and beside dist/ alike. */
const FOLDER = fileURLToPath(new URL('../../openapi', import.meta.url))

/** The control API's own contract. */
export const CONTROL_DOCUMENT = join(FOLDER, 'control.yaml')

interface ShippedProvider {
  readonly id: ProviderId
  readonly file: string
}

/** The documents that come with the package, by id. */
export function shippedProviders(): readonly ShippedProvider[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml') && name !== basename(CONTROL_DOCUMENT))
    .sort()
    .map((name) => ({ id: basename(name, '.yaml') as ProviderId, file: join(FOLDER, name) }))
}

export function isShipped(file: string): boolean {
  return dirname(resolve(file)) === FOLDER
}

/** `fixtures/<id>/accounts.json` in the folder beside the document's own. */
export function accountsFile(document: string, id: string): string {
  return join(dirname(document), '..', 'fixtures', id, 'accounts.json')
}
