import { Database } from './database.ts'
import type { StateAdapter } from './state-adapter.ts'

export function createMemoryAdapter(): StateAdapter {
  return {
    read: async () => new Database(),
    write: async (database) => database.applyStaged(),
    replace: async (database, records) => database.load(records),
    close: async () => undefined,
  }
}
