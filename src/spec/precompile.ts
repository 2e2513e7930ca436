import { existsSync, realpathSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { MockError } from '../core/errors.ts'
import { packContract, packProvider } from './compile.ts'
import {
  fingerprints,
  type Made,
  type MadeKind,
  type Packed,
  PRECOMPILED_FOLDER,
  type Precompiled,
  precompiledFile,
} from './precompiled.ts'
import { packWhole } from './published.ts'
import { CONTROL_DOCUMENT, shippedProviders } from './shipped.ts'
/** Validates and compiles every shipped document and writes what came of it, so that a start needs neither. */
export async function precompile(folder: string = PRECOMPILED_FOLDER): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true })
  const written: string[] = []
  const add = async (kind: MadeKind, document: string, made: Made<Packed>) => {
    written.push(await write(precompiledFile(folder, document, kind), document, made))
  }
  for (const { file } of shippedProviders()) {
    await add('compiled', file, await packProvider(file))
    await add('openapi', file, await packWhole(file))
  }
  if (existsSync(CONTROL_DOCUMENT)) {
    await add('compiled', CONTROL_DOCUMENT, await packContract(CONTROL_DOCUMENT))
    await add('openapi', CONTROL_DOCUMENT, await packWhole(CONTROL_DOCUMENT))
  }
  return written
}

async function write(file: string, document: string, { data, files }: Made<Packed>): Promise<string> {
  const precompiled: Precompiled = { files: await fingerprints(document, files), data }
  await writeFile(file, `${JSON.stringify(precompiled)}\n`)
  return file
}

function isScript(): boolean {
  const script = process.argv[1]
  return script !== undefined && existsSync(script) && realpathSync(script) === fileURLToPath(import.meta.url)
}

if (isScript())
  await precompile().catch((error: unknown) => {
    if (!(error instanceof MockError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = error.exitCode
  })
