import type { Json } from '../core/json.ts'
import { fromExport, readExport } from '../state/export.ts'
import type { MockParts } from './context.ts'

type RestoreParts = Pick<MockParts, 'store' | 'queue' | 'requestLog' | 'providers'>

/**
 * Puts an exported state in the place of this one, and of the request log. One that is refused, or that ends too early,
 * changes nothing.
 *
 * @param state as it is, or the bytes of its JSON as they arrive
 * @throws MockError (input) with a pointer to what is wrong. @throws JsonSyntaxError
 */
export async function restoreState(
  { store, queue, requestLog, providers }: RestoreParts,
  state: { readonly value: Json } | { readonly bytes: AsyncIterable<Uint8Array> },
): Promise<void> {
  const records =
    'bytes' in state ? await readExport(state.bytes, providers) : await fromExport(state.value, providers)
  await queue.pause(async () => {
    await store.replaceAll(records)
    requestLog.clear()
    await queue.recover()
  })
  queue.wake()
}
