import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assignment, runFlags } from '../../../../src/cli/commands/run/flags.ts'
import {
  createRunReporter,
  reportTargets,
  reportToGithub,
  writeReports,
} from '../../../../src/cli/commands/run/reports.ts'
import { oneRun } from '../../../../src/cli/commands/run/run-scenarios.ts'
import type { MockError } from '../../../../src/core/errors.ts'
import { failedScenario, mixedRun, runOf, scenario } from '../../report/run-results.ts'
import { fakeIo, readFlags } from '../fake-io.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookproof-reports-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('reportTargets', () => {
  it('reads several at once', () => {
    expect(reportTargets('junit=a/b.xml, html=c=d.html')).toEqual([
      { kind: 'junit', file: 'a/b.xml' },
      { kind: 'html', file: 'c=d.html' },
    ])
  })

  it('refuses what it does not know, and a kind without a file', () => {
    const refusal = (given: string) => {
      try {
        return reportTargets(given)
      } catch (error) {
        return `${(error as MockError).summary} | ${(error as MockError).hint}`
      }
    }
    expect(refusal('junt=x')).toBe(
      'Failed to read the value: "junt" is no kind of report. | Did you mean "junit"? Write it as junit=FILE.',
    )
    expect(refusal('junit')).toBe('Failed to read the value: junit has no file. | Write it as junit=FILE.')
    expect(refusal('xyz')).toBe(
      'Failed to read the value: "xyz" is no kind of report. | Known are: ctrf, html, junit. Write it as junit=FILE.',
    )
  })
})

describe('the other flags of run', () => {
  it('reads --set and a --receiver whose port comes later', () => {
    expect(assignment('note=n=2')).toEqual(['note', 'n=2'])
    expect(() => assignment('note')).toThrow('"note" is not NAME=VALUE')
    const receiver = (given: string) => readFlags(runFlags, { receiver: given }).receiver
    expect(receiver('127.0.0.1:{port}/hooks')).toBe('http://127.0.0.1:{port}/hooks')
    expect(receiver('3000/hooks')).toBe('http://127.0.0.1:3000/hooks')
    expect(() => receiver('http://{port}:{port}:x')).toThrow('is not a URL')
  })
})

describe('writeReports', () => {
  it('writes every kind, in folders that it makes', async () => {
    const file = (name: string) => join(folder, 'new/deep', name)
    const failures = await writeReports(mixedRun, [
      { kind: 'junit', file: file('a.xml') },
      { kind: 'html', file: file('a.html') },
      { kind: 'ctrf', file: file('a.json') },
    ])
    expect(failures).toEqual([])
    const begin = async (name: string) => (await readFile(file(name), 'utf8')).slice(0, 21)
    expect(await begin('a.xml')).toBe('<?xml version="1.0" e')
    expect(await begin('a.html')).toBe('<!doctype html>\n<html')
    expect(await begin('a.json')).toBe('{\n  "reportFormat": "')
  })

  it('writes the others where one cannot be written, and says which and why', async () => {
    await writeFile(join(folder, 'file'), '')
    const failures = await writeReports(mixedRun, [
      { kind: 'junit', file: join(folder, 'file/x/a.xml') },
      { kind: 'html', file: folder },
      { kind: 'ctrf', file: join(folder, 'a.json') },
    ])
    expect(failures.map(({ message }) => message)).toEqual([
      `${folder}/file/x/a.xml: Failed to write the junit report: a part of its path is a file. Name another file with --report.`,
      `${folder}: Failed to write the html report: it is a folder. Name another file with --report.`,
    ])
    expect(failures.map(({ exitCode }) => exitCode)).toEqual([3, 3])
    expect(await readFile(join(folder, 'a.json'), 'utf8')).toContain('CTRF')
  })
})

describe('reportToGithub', () => {
  it('says nothing elsewhere', async () => {
    const io = fakeIo({ GITHUB_STEP_SUMMARY: join(folder, 'summary.md') })
    await reportToGithub(mixedRun, io, { stdoutIsJson: false, cwd: folder })
    expect([...io.stdout, ...io.stderr]).toEqual([])
    await expect(readFile(join(folder, 'summary.md'))).rejects.toThrow('ENOENT')
  })

  it('annotates, and adds to the summary of the step', async () => {
    const summary = join(folder, 'summary.md')
    await writeFile(summary, 'before\n')
    const io = fakeIo({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary, GITHUB_WORKSPACE: folder })
    await reportToGithub(runOf(failedScenario), io, { stdoutIsJson: false, cwd: join(folder, 'app') })
    expect(io.stdout).toHaveLength(1)
    expect(io.stdout[0]).toMatch(/^::error file=app\/scenarios\/down\.yaml,line=12,/)
    expect(await readFile(summary, 'utf8')).toMatch(/^before\n### hookproof: 0 passed, 1 failed, 0 skipped\n/)
  })

  it('leaves stdout to JSON, and goes on where there is no summary to be written', async () => {
    const io = fakeIo({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: folder })
    await reportToGithub(runOf(failedScenario), io, { stdoutIsJson: true, cwd: folder })
    expect(io.stdout).toEqual([])
    expect(io.stderr).toHaveLength(2)
    expect(io.stderr[1]).toBe(`The step summary was not written to ${folder}: EISDIR.`)
  })
})

describe('oneRun', () => {
  const play = async (run = runOf(scenario()), { report = 'junit=', aborted = false } = {}) => {
    const io = fakeIo()
    const controller = new AbortController()
    if (aborted) controller.abort()
    const code = await oneRun(
      {
        files: ['a.yaml'],
        flags: { report: report === 'junit=' ? [] : [reportTargets(report)], format: 'text' },
        reporter: createRunReporter({ format: 'text', coverage: false }, '0.1.0', io),
        signal: controller.signal,
        run: async () => run,
      },
      io,
    )
    return { code, last: io.stdout.at(-1), err: io.stderr }
  }

  it('ends with the counts alone on the last line, and the worst exit code', async () => {
    expect(await play()).toEqual({ code: 0, last: '1 passed, 0 failed, 0 skipped', err: [] })
    expect(await play(mixedRun)).toEqual({ code: 3, last: '1 passed, 3 failed, 1 skipped', err: [] })
    expect((await play(runOf(failedScenario))).code).toBe(1)
  })

  it('has a report that could not be written outweigh what failed, and an interruption everything', async () => {
    const { code, err } = await play(runOf(failedScenario), { report: `junit=${folder}` })
    expect(code).toBe(3)
    expect(err).toEqual([
      `${folder}: Failed to write the junit report: it is a folder. Name another file with --report.`,
    ])
    expect((await play(mixedRun, { aborted: true })).code).toBe(130)
  })

  it('writes the reports of what was done when it is interrupted', async () => {
    const file = join(folder, 'a.json')
    expect((await play(runOf(scenario()), { aborted: true, report: `ctrf=${file}` })).code).toBe(130)
    expect(JSON.parse(await readFile(file, 'utf8')).results.summary.passed).toBe(2)
  })
})
