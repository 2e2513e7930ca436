import { isJsonObject, type Json } from '../core/json.ts'
import type { ProviderId } from '../core/random.ts'
import { suggestion } from '../core/text.ts'
import type { MockParts } from './context.ts'

type RestoreParts = Pick<MockParts, 'store' | 'queue' | 'requestLog' | 'providers'>

/** Puts an exported state in the place of this one, and of the request log. One that is refused changes nothing. */
export async function restoreState({ store, queue, requestLog }: RestoreParts, state: Json): Promise<void> {
  await queue.pause(async () => {
    await store.importState(state)
    requestLog.clear()
  })
  await queue.recover()
  queue.wake()
}

/** The state is kept for whatever providers there are; a mock without them could neither show nor send it. */
export function unknownProviderIn(
  state: Json,
  { providers }: Pick<RestoreParts, 'providers'>,
): { readonly pointer: string; readonly detail: string } | null {
  const tables = isJsonObject(state) && isJsonObject(state.tables) ? state.tables : {}
  for (const [table, records] of Object.entries(tables))
    for (const [index, record] of (Array.isArray(records) ? (records as readonly Json[]) : []).entries()) {
      const provider = isJsonObject(record) ? record.provider : undefined
      if (provider === undefined || providers.has(provider as ProviderId)) continue
      const detail = `There is no provider "${provider}" here. ${suggestion(String(provider), [...providers.keys()])}`
      return { pointer: `/tables/${table}/${index}/provider`, detail }
    }
  return null
}
