import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { documentsIn, SHIPPED_FOLDER } from '../lint/documents.ts'
import { describeFinding, withoutExceptions } from '../lint/findings.ts'
import { lintWithRedocly } from '../lint/redocly.ts'

const documents = await documentsIn(SHIPPED_FOLDER)

/** What has to be mended, as people read it. */
const complaints = async (file: string) =>
  (await withoutExceptions(await lintWithRedocly(file))).map(describeFinding)

describe("Redocly's recommended rules", () => {
  it.each(documents.map((file) => [basename(file), file] as const))('find nothing in %s', async (_, file) => {
    expect(await complaints(file)).toEqual([])
  })

  it('find what is wrong, also beside a component that only error rows use', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hookproof-lint-'))
    try {
      await cp(SHIPPED_FOLDER, folder, { recursive: true })
      const [file] = (await documentsIn(folder)).filter((one) => !one.endsWith('control.yaml'))
      const text = await readFile(file ?? '', 'utf8')
      const worse = text
        .replace(/\n {6}security: \[\]\n/, '\n')
        .replace('\n  responses:\n', '\n  responses:\n    Idle: { description: Nothing uses it. }\n')
      await writeFile(file ?? '', worse.replace(/^ {2}license: .*\n/m, ''))
      const rules = (await complaints(file ?? '')).map((text) => text.split('  ')[1])
      expect(rules.sort()).toEqual(['info-license', 'no-unused-components', 'security-defined'])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
