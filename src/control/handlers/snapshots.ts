import type { ProviderId } from '../../core/ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/nearest.ts'
import { type ControlHandler, ok } from '../control-call.ts'
import type { ControlParts } from '../control-parts.ts'
import { badField } from '../control-problem.ts'

export const readSnapshot: ControlHandler = async ({ parts }) => ok(await parts.store.exportState())

/** A refused snapshot changes nothing; an accepted one takes the place of the state and of the journal. */
export const writeSnapshot: ControlHandler = async ({ parts, body }) => {
  const { store, queue, journal, providers } = parts
  refuseUnknownProviders(body, providers)
  await queue.pause(async () => {
    await store.importState(body)
    journal.clear()
  })
  await queue.recover()
  queue.wake()
  return ok(await store.summary())
}

/** The state is kept for whatever providers there are; a mock without them could neither show nor send it. */
function refuseUnknownProviders({ tables }: JsonObject, providers: ControlParts['providers']): void {
  for (const [table, records] of Object.entries(isJsonObject(tables) ? tables : {}))
    for (const [index, record] of (Array.isArray(records) ? (records as readonly Json[]) : []).entries()) {
      const provider = isJsonObject(record) ? record.provider : undefined
      if (provider === undefined || providers.has(provider as ProviderId)) continue
      const detail = `There is no provider "${provider}" here. ${suggestion(String(provider), [...providers.keys()])}`
      throw badField(`/tables/${table}/${index}/provider`, detail, 'unknown-name')
    }
}
