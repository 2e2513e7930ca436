import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MockError } from '../../../src/core/errors.ts'
import { scenarioErrors } from '../../../src/scenario/file/load.ts'
import { singleErrors } from '../../../src/schema/issue.ts'
import { readDocument } from '../../../src/schema/locate.ts'

const folder = await mkdtemp(join(tmpdir(), 'hookproof-scenario-'))
let written = 0

export async function scenarioFile(text: string): Promise<string> {
  written++
  const file = join(folder, `s${written}.yaml`)
  await writeFile(file, text)
  return file
}

/** Every problem of a scenario, as people read it: `4:1 #/nme: …`. */
export async function problemsOf(text: string): Promise<readonly string[]> {
  const file = await scenarioFile(text)
  const short = (error: MockError) =>
    error.message.replace(`${file}:`, '').replace(/Failed to load the scenario: /, '')
  try {
    return (
      await scenarioErrors(await readDocument(file, { action: 'load the scenario', code: 'BAD_SCENARIO' }))
    ).map(short)
  } catch (error) {
    if (error instanceof MockError) return singleErrors(error).map(short)
    throw error
  }
}
