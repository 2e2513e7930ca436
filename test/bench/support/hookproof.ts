import { join } from 'node:path'
import { type Server, startServer } from './processes.ts'
import type { Setting } from './setting.ts'

/** The built command, as a user starts it; state in memory unless a file is named. */
export function startHookproof({ dist }: Setting, db: string | null, ...more: string[]): Promise<Server> {
  const state = db === null ? ['--memory'] : ['--db', db]
  const main = join(dist, 'cli', 'main.js')
  return startServer(
    (port) => [process.execPath, main, 'start', ...state, '--port', String(port), ...more],
    '/_mock/health',
  )
}
