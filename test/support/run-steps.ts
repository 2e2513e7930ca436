import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { ScenarioResult, StepResult } from '../../src/scenario/result.ts'
import { type RunScenarioOptions, runScenario } from '../../src/scenario/run/run-scenario.ts'

/** The first one of a file waits until the contract engine is loaded, which takes its time where many tests run. */
export const SLOW = { timeout: 60_000 }

const folders: string[] = []

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

/** Writes a scenario file; without a head of its own, one for a receiver of notes. */
export async function scenarioFile(text: string, name = 'story.yaml'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hookproof-scenario-'))
  folders.push(folder)
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

const HEAD = `version: 1
name: a story
provider: tsanet
seed: 7
webhooks:
  app: { url: $receiver, fields: { eventTypes: [note.created] } }
`

/** Runs these steps, with more of the file before them. */
export async function runSteps(
  steps: string,
  { more = '', ...options }: RunScenarioOptions & { readonly more?: string } = {},
): Promise<ScenarioResult> {
  const lines = steps.trim().split('\n')
  const body = lines.map((line) => `  ${line.trim()}`).join('\n')
  return runScenario(await scenarioFile(`${HEAD}${more}\nsteps:\n${body}\n`), options)
}

/** The step that did not pass, as a person reads it. */
export function wrong({ steps }: Pick<ScenarioResult, 'steps'>) {
  const found = steps.find(({ status }) => status !== 'passed')
  return found === undefined ? null : described(found)
}

function described({ number, status, mismatches, error }: StepResult) {
  return {
    step: `${number} ${status}`,
    ...(mismatches.length > 0 && {
      says: mismatches.map(({ what, expected, actual }) => `${what}: expected ${expected}, got ${actual}`),
    }),
    ...(error !== null && { error: error.message, exitCode: error.exitCode }),
  }
}
