import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** The built command, as a user's shell starts it. */
export function distCommand(): readonly string[] {
  if (existsSync(MAIN)) return [process.execPath, MAIN]
  throw new Error(`${MAIN} is missing: run "npm run build" before these tests`)
}
