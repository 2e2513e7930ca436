import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const TOOLS = {
  'openapi-typescript': '7.13.0',
  'openapi-fetch': '0.17.0',
  // What openapi-typescript needs of TypeScript, version 7 does not have.
  typescript: '5.9.3',
  'openapi-to-postmanv2': '6.3.3',
  'swagger-client': '3.37.3',
} as const

export const execute = promisify(execFile)

/** The programs in a folder of their own: two hundred megabytes that only this needs, with scripts that want to run. */
export async function installTools(folder: string): Promise<void> {
  const missing = Object.entries(TOOLS).filter(([name]) => !existsSync(join(folder, 'node_modules', name)))
  if (missing.length === 0) return
  await mkdir(folder, { recursive: true })
  const flags = ['--no-save', '--no-fund', '--no-audit', '--ignore-scripts']
  const names = Object.entries(TOOLS).map(([name, version]) => `${name}@${version}`)
  await execute('npm', ['install', '--prefix', folder, ...flags, ...names])
}

/** A tool's own code. */
export function required(folder: string, name: keyof typeof TOOLS): unknown {
  return createRequire(join(folder, 'from-here.js'))(name)
}
