import { join } from 'node:path'
import { program, type Server, startServer } from './processes.ts'
import type { Setting } from './setting.ts'

/** The built command, as a user starts it; state in memory unless a file is named. */
export function startHookproof(setting: Setting, db: string | null, ...more: string[]): Promise<Server> {
  return start(setting, [], db, more)
}

/** As {@link startHookproof}, and tells how much memory it uses when it is asked. */
export function startProbed(setting: Setting, db: string, ...more: string[]): Promise<Server> {
  return start(setting, ['--expose-gc', '--import', program('memory-probe')], db, more)
}

function start(
  { dist }: Setting,
  node: readonly string[],
  db: string | null,
  more: readonly string[],
): Promise<Server> {
  const state = db === null ? ['--memory'] : ['--db', db]
  const main = join(dist, 'cli', 'main.js')
  return startServer(
    (port) => [process.execPath, ...node, main, 'start', ...state, '--port', String(port), ...more],
    '/_mock/health',
  )
}
