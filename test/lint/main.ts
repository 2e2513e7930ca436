import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { documentsIn, SHIPPED_FOLDER, wholeDocument } from './documents.ts'
import { describeFinding, type Finding, withoutExceptions } from './findings.ts'
import { lintWithRedocly } from './redocly.ts'
import { installSpectral, lintWithSpectral } from './spectral.ts'

/** Holds the documents to the rules that Redocly and Spectral recommend. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Where Spectral is installed, or is to be. Default: a folder that is gone afterwards. */
    folder: { type: 'string' },
  },
})
const named =
  positionals.length > 0 ? positionals.map((file) => resolve(file)) : await documentsIn(SHIPPED_FOLDER)
const scratch = await mkdtemp(join(tmpdir(), 'hookproof-lint-'))
try {
  const files = await Promise.all(named.map((file) => wholeDocument(file, scratch)))
  const spectral = await installSpectral(values.folder === undefined ? scratch : resolve(values.folder))
  const findings = await withoutExceptions([
    ...(await Promise.all(files.map(lintWithRedocly))).flat(),
    ...(await lintWithSpectral(spectral, files)),
  ])
  for (const finding of findings.toSorted(byPlace))
    process.stdout.write(`${describeFinding({ ...finding, file: relative(process.cwd(), finding.file) })}\n`)
  process.stdout.write(`${files.length} documents, ${findings.length} findings\n`)
  process.exitCode = findings.length > 0 ? 1 : 0
} finally {
  await rm(scratch, { recursive: true, force: true })
}

function byPlace(one: Finding, other: Finding): number {
  return one.file.localeCompare(other.file) || one.line - other.line
}
