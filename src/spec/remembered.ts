import { resolve } from 'node:path'
import { isObject } from '../core/json.ts'
import { fingerprints, type Precompiled } from './precompiled.ts'

interface Known extends Pick<Precompiled, 'id' | 'document' | 'accounts'> {
  readonly data: unknown
}

/** What was made of documents earlier in this process. It is frozen, so any number of mocks may use it. */
const known = new Map<string, Known>()

/** The data made of a document, made again only when the document or its accounts have changed on disk. */
export async function remembered(kind: string, file: string, make: () => Promise<unknown>): Promise<unknown> {
  const key = `${kind} ${resolve(file)}`
  const earlier = known.get(key)
  if (earlier !== undefined) {
    const now = await fingerprints(file, earlier.id)
    if (now.document === earlier.document && now.accounts === earlier.accounts) return earlier.data
  }
  const data = await make()
  const id = isObject(data) && typeof data.id === 'string' ? data.id : ''
  known.set(key, { id, data, ...(await fingerprints(file, id)) })
  return data
}
