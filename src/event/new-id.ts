import type { Chance } from '../core/ids.ts'
import type { IdFormat } from '../spec/vocabulary.ts'
import type { Change, Store } from '../state/store.ts'

export interface NewId {
  readonly id: string
  /** To be committed with the record that uses the id. */
  readonly changes: readonly Change[]
}

/** An id in a provider's own format. `sequence` names the counter of numbered ids. */
export async function newId(
  format: IdFormat,
  sequence: string,
  { chance, store }: { readonly chance: Chance; readonly store: Store },
): Promise<NewId> {
  if (format.format === 'uuid') return { id: chance.uuid(), changes: [] }
  if (format.format === 'text')
    return { id: `${format.prefix ?? ''}${chance.text(format.alphabet, format.length)}`, changes: [] }
  const { value, change } = await store.nextNumber(sequence, format.start ?? 1)
  return { id: String(value), changes: [change] }
}
