import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type SourceDocument, sourceDocuments } from '../support/source-document.ts'

// Everything that the providers' source documents say, and the test that proves it: `sources/` has each document as it
// is, beside a table of its sentences.

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The documents are not ours to edit. */
const DIGESTS: Readonly<Record<string, string>> = {
  'beel-create-webhook': '16005e1f61ecdd1da62171ffeda565cc4b3dee7225aa7db0e1fd0ee3d1639f17',
  'companybelgium-api': '63de23792b9c4a7546c9b2e695b57514f240095b575a192e27e8468603d5a774',
  'companybelgium-guide': 'ad49472adc676c4989edc82fc2cb5d495890db5eba8120ad670ca63ee39b1faf',
  'donutwork-api': 'f223bf721f26bb8afd9a285cb97186853e11dd27db22518e3201f65c26bf0259',
  'tsanet-api': 'fc29be797cff680b0c5d4c26781ebda1c5d7bf69ac92c154b3f10eb8c12c24db',
}

/** What of a document no row covers, or what stands in a row and not in the document; null: neither. */
function uncovered({ text, rows }: SourceDocument): string | null {
  let at = 0
  const skipSpace = () => {
    at += text.slice(at).search(/\S|$/)
  }
  for (const row of rows) {
    skipSpace()
    if (!text.startsWith(row.text, at))
      return `"${row.text}" where the document has "${text.slice(at, at + 80)}"`
    at += row.text.length
  }
  skipSpace()
  return at === text.length ? null : `"${text.slice(at)}"`
}

const documents = sourceDocuments()

/** The tests of some files by `file > full title`, and whether they are always run. */
function testsOf(files: readonly string[]): ReadonlyMap<string, boolean> {
  const out = join(mkdtempSync(join(tmpdir(), 'hookproof-list-')), 'tests.json')
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
  const list = ['list', '--config', 'test/vitest.config.ts', '--mode', 'all', '--static-parse']
  execFileSync(process.execPath, [vitest, ...list, `--json=${out}`, ...files], { cwd: ROOT })
  const found: readonly { name: string; file: string; location: { line: number } }[] = JSON.parse(
    readFileSync(out, 'utf8'),
  )
  return new Map(
    found.map(({ name, file, location }) => {
      const line = readFileSync(file, 'utf8').split('\n')[location.line - 1] ?? ''
      const isRun = !/\.(?:skip|todo|fails|only|runIf|skipIf)\b/.test(line)
      return [`${relative(ROOT, file)} > ${name}`, isRun]
    }),
  )
}

describe('the source documents', () => {
  it('are as they were published', () => {
    const digests = documents.map(({ name, text }) => [name, createHash('sha256').update(text).digest('hex')])
    expect(Object.fromEntries(digests)).toEqual(DIGESTS)
  })

  describe.each(documents.map((document) => [document.name, document] as const))('%s', (_, document) => {
    it('is in its table as a whole, in its order', () => {
      expect(uncovered(document)).toBeNull()
    })

    it('has one sentence in a row', () => {
      const rows = document.rows.filter(({ kind }) => kind === 'says')
      expect(rows.filter(({ text }) => /[.!?]\s+\p{Lu}/u.test(text))).toEqual([])
    })

    it('has a proof for every sentence', () => {
      const open = document.rows.filter((row) => row.kind === 'says' && row.proof.length === 0)
      expect(open.map(({ text }) => text)).toEqual([])
    })
  })

  it('are proved by tests that there are, and that are run', () => {
    const proofs = documents.flatMap(({ rows }) =>
      rows.flatMap((row) => (row.kind === 'says' ? row.proof : [])),
    )
    const files = new Set(proofs.map((proof) => proof.slice(0, proof.indexOf(' > '))))
    const here = 'test/providers/sources.test.ts'
    const tests = testsOf([...files, here])
    expect(tests.get(`${here} > the source documents > %s > has one sentence in a row`)).toBe(true)
    expect([...new Set(proofs)].filter((proof) => !tests.has(proof))).toEqual([])
    expect([...new Set(proofs)].filter((proof) => tests.get(proof) === false)).toEqual([])
  })

  it('notices a line that no row covers, and one that a document does not have', () => {
    const document: SourceDocument = {
      name: 'some',
      text: 'Heading\n\nIt says this. It says that.\n',
      rows: [
        { kind: 'heading', text: 'Heading' },
        { kind: 'says', text: 'It says this.', proof: [] },
        { kind: 'says', text: 'It says that.', proof: [] },
      ],
    }
    const of = (...rows: SourceDocument['rows']) => uncovered({ ...document, rows })
    const [heading, first, second] = document.rows
    if (heading === undefined || first === undefined || second === undefined) throw new Error('no rows')
    expect(of(heading, first, second)).toBeNull()
    expect(of(heading, first)).toBe('"It says that.\n"')
    expect(of(heading, second)).toContain('"It says that." where the document has "It says this.')
    expect(of(heading, first, second, heading)).toContain('"Heading" where')
  })
})
