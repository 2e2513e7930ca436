import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Finding } from './findings.ts'

const SPECTRAL = '@stoplight/spectral-cli@6.16.3'
const RULESET = 'hookproof-ruleset.yaml'

const execute = promisify(execFile)

/** In a folder of its own: it is seventy megabytes with a script that wants to run when it is installed. */
export async function installSpectral(folder: string): Promise<string> {
  const program = join(folder, 'node_modules', '.bin', 'spectral')
  if (!existsSync(program)) {
    await mkdir(folder, { recursive: true })
    const flags = ['--no-save', '--no-fund', '--no-audit', '--ignore-scripts']
    await execute('npm', ['install', '--prefix', folder, ...flags, SPECTRAL])
  }
  await writeFile(join(dirname(program), RULESET), 'extends: [[spectral:oas, recommended]]\n')
  return program
}

interface SpectralResult {
  readonly code: string
  readonly message: string
  readonly path: readonly (string | number)[]
  readonly source: string
  readonly range: { readonly start: { readonly line: number; readonly character: number } }
}

/** Spectral's recommended rules for OpenAPI. */
export async function lintWithSpectral(
  program: string,
  files: readonly string[],
): Promise<readonly Finding[]> {
  const args = ['lint', '--ruleset', join(dirname(program), RULESET), '--format', 'json', '--quiet']
  const results = JSON.parse(await printed(program, [...args, ...files])) as readonly SpectralResult[]
  return results.map(({ code, message, path, source, range }) => ({
    file: source,
    line: range.start.line + 1,
    column: range.start.character + 1,
    rule: code,
    message,
    path: path.map(String),
  }))
}

/** It exits with 1 when it finds an error: that is a verdict. */
async function printed(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await execute(program, args, { maxBuffer: 64 * 1024 * 1024 })).stdout
  } catch (error) {
    const { stdout, code } = error as { stdout?: string; code?: number }
    if (stdout === undefined || code !== 1) throw error
    return stdout
  }
}
