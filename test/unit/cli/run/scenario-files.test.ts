import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scenarioFiles } from '../../../../src/cli/commands/run/scenario-files.ts'
import { MockError } from '../../../../src/core/errors.ts'

let cwd: string

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'hookproof-files-'))
  for (const name of [
    'a.yaml',
    'scenarios/z.yaml',
    'scenarios/b.yml',
    'scenarios/deep/c.yaml',
    'scenarios/scenario.schema.yaml',
    'scenarios/README.md',
    'scenarios/node_modules/x/y.yaml',
    'scenarios/.hidden/y.yaml',
    'empty/README.md',
  ]) {
    await mkdir(dirname(join(cwd, name)), { recursive: true })
    await writeFile(join(cwd, name), '')
  }
})
afterAll(() => rm(cwd, { recursive: true }))

const refusal = async (paths: readonly string[]) => {
  const error = await scenarioFiles(paths, cwd).catch((reason: unknown) => reason)
  if (!(error instanceof MockError)) throw new Error('it was not refused')
  return `${error.exitCode} ${error.message}`
}

describe('scenarioFiles', () => {
  it('takes files as they are named, and everything below a folder by name', async () => {
    expect(await scenarioFiles(['a.yaml', 'scenarios'], cwd)).toEqual([
      'a.yaml',
      'scenarios/b.yml',
      'scenarios/deep/c.yaml',
      'scenarios/z.yaml',
    ])
  })

  it('takes each file once, however it is written', async () => {
    expect(
      await scenarioFiles(
        ['scenarios/z.yaml', './scenarios/../scenarios', join(cwd, 'scenarios/z.yaml')],
        cwd,
      ),
    ).toEqual(['scenarios/z.yaml', 'scenarios/b.yml', 'scenarios/deep/c.yaml'])
  })

  it('writes what lies below the working folder as relative to it', async () => {
    expect(await scenarioFiles([join(cwd, 'a.yaml')], cwd)).toEqual(['a.yaml'])
    expect(await scenarioFiles([join(cwd, 'a.yaml')], join(cwd, 'scenarios'))).toEqual([join(cwd, 'a.yaml')])
  })

  it('refuses what is not there, and a folder without scenarios', async () => {
    expect(await refusal(['nope.yaml'])).toBe(
      '2 nope.yaml: Failed to find the scenario: there is no such file. Name scenario files, or folders with scenario files.',
    )
    expect(await refusal(['a.yaml', 'empty'])).toBe(
      '2 empty: Failed to find the scenario: the folder holds no .yaml file. Name scenario files, or folders with scenario files.',
    )
    expect(await refusal(['a.yaml/b.yaml'])).toBe(
      '2 a.yaml/b.yaml: Failed to find the scenario: a part of its path is a file. Name scenario files, or folders with scenario files.',
    )
    expect(await refusal([])).toBe(
      '2 Failed to read the command line: no scenario is named. Name scenario files or folders: hookproof run scenarios/',
    )
  })
})
