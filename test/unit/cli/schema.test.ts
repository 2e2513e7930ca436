import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { run } from './fake-io.ts'

const FILES = {
  scenario: 'scenarios/scenario.schema.json',
  vocabulary: 'openapi/vocabulary.schema.json',
  control: 'openapi/control.yaml',
}

describe('schema', () => {
  it.each(Object.entries(FILES))('prints the one of %s as it is shipped', async (name, file) => {
    const shipped = await readFile(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8')
    const { code, out, err } = await run(['schema', name])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const renew = name === 'control' ? undefined : 'Write it again with: npm run generate'
    expect(`${out}\n`, renew).toBe(shipped)
  })

  it('knows no other', async () => {
    expect(await run(['schema', 'scenarios'])).toEqual({
      code: 2,
      out: '',
      err: 'Failed to read the command line: "scenarios" is not known. Did you mean "scenario"?',
    })
  })
})
