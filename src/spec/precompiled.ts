import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { accountsFile } from './accounts-file.ts'
import { fingerprint } from './fingerprint.ts'
import { type Packed, unpack } from './pack.ts'

/** What the build wrote for a document: its data, and the fingerprints of the files that it was made of. */
export interface Precompiled {
  readonly id: string
  readonly document: string | null
  readonly accounts: string | null
  readonly data: Packed
}

/** dist/providers: there only beside built code, so that source code never meets what an older build made of it. */
export const PRECOMPILED_FOLDER = fileURLToPath(new URL('../providers/', import.meta.url))

export function precompiledFile(folder: string, document: string): string {
  return join(folder, `${basename(document).replace(/\.ya?ml$/, '')}.json`)
}

/** The data made from a document at build time, unless one of its files has changed since. */
export async function readPrecompiled(folder: string, document: string): Promise<unknown> {
  const text = await readFile(precompiledFile(folder, document), 'utf8').catch(() => null)
  if (text === null) return undefined
  const found = JSON.parse(text) as Precompiled
  const fresh = await fingerprints(document, found.id)
  return fresh.document === found.document && fresh.accounts === found.accounts
    ? unpack(found.data)
    : undefined
}

export async function fingerprints(
  document: string,
  id: string,
): Promise<Pick<Precompiled, 'document' | 'accounts'>> {
  const [own, accounts] = await Promise.all([fingerprint(document), fingerprint(accountsFile(document, id))])
  return { document: own, accounts }
}
