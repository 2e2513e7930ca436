import { describe, expect, it } from 'vitest'
import { createRunReporter } from '../../../../src/cli/commands/run/reports.ts'
import { createBottomLine } from '../../../../src/cli/io.ts'
import type { RunProgress, ScenarioResult } from '../../../../src/scenario/result.ts'
import { failedScenario, runOf, scenario, skippedScenario, step } from '../../report/run-results.ts'
import { fakeIo } from '../fake-io.ts'

const started = (file: string): RunProgress => ({
  type: 'scenario-started',
  file,
  name: `story ${file}`,
  steps: 2,
})
const stepped = (file: string, number: number): RunProgress => ({
  type: 'step',
  file,
  step: step(number, { title: `${file} does ${number}` }),
})
const ended = (file: string, parts: Partial<ScenarioResult> = {}): RunProgress => ({
  type: 'scenario-ended',
  result: scenario({ file, name: `story ${file}`, ...parts }),
})

function tell(format: 'text' | 'json', ...entries: readonly RunProgress[]) {
  const io = fakeIo()
  const reporter = createRunReporter({ format, coverage: false }, '0.1.0', io)
  for (const entry of entries) reporter.progress(entry)
  return { io, reporter }
}

describe('the text of a run', () => {
  it('has a line for a step as it happens', () => {
    const { io, reporter } = tell('text', started('a'), stepped('a', 1))
    expect(io.stdout).toEqual(['', 'story a  a', '  ok        1  a does 1  3ms'])
    reporter.progress(ended('a'))
    expect(io.stdout.at(-1)).toBe('  passed in 1.2s, seed 42')
  })

  it('keeps scenarios apart that run beside each other', () => {
    const { io, reporter } = tell(
      'text',
      started('a'),
      started('b'),
      started('c'),
      stepped('b', 1),
      stepped('a', 1),
      stepped('c', 1),
      ended('b'),
      stepped('a', 2),
      ended('a'),
      stepped('c', 2),
    )
    const passed = '  passed in 1.2s, seed 42'
    const line = (file: string, number: number) => `  ok        ${number}  ${file} does ${number}  3ms`
    const inOrder = [
      '',
      'story a  a',
      line('a', 1),
      line('a', 2),
      passed,
      '',
      'story b  b',
      line('b', 1),
      passed,
    ]
    expect(io.stdout).toEqual([...inOrder, '', 'story c  c', line('c', 1), line('c', 2)])
    reporter.progress(ended('c'))
    reporter.ended(runOf(scenario(), scenario(), scenario()), 0)
    expect(io.stdout.slice(-3)).toEqual([passed, '', '3 passed, 0 failed, 0 skipped'])
  })

  it('shows those that never began, and sums up at the end', () => {
    const { io, reporter } = tell('text', { type: 'scenario-ended', result: skippedScenario })
    reporter.ended(runOf(failedScenario, skippedScenario), 1)
    expect(io.stdout).toEqual([
      '',
      'late  scenarios/late.yaml',
      '  skipped',
      '    an earlier scenario failed',
      '',
      'failed  down, then up',
      '  scenarios/down.yaml:12:5  expect delivery of note: attempts: expected 4, got 3 (and 1 more)',
      '  run it again: npx hookproof run scenarios/down.yaml --seed 42',
      '',
      '0 passed, 1 failed, 1 skipped',
    ])
  })

  it('has a bar below many files on a terminal, and none elsewhere', () => {
    const shown: (string | null)[] = []
    const io = {
      ...fakeIo(),
      bottomLine: { columns: () => 80, show: (line: string | null) => void shown.push(line) },
    }
    const reporter = createRunReporter({ format: 'text', coverage: false }, '0.1.0', io)
    reporter.started(['a', 'b', 'c', 'd', 'e'])
    reporter.progress(started('a'))
    reporter.progress(ended('a', { status: 'failed' }))
    reporter.ended(runOf(scenario()), 0)
    expect(shown).toEqual([
      '[                        ] 0/5',
      '[                        ] 0/5  story a',
      '[===>                    ] 1/5, 1 failed',
      null,
    ])
    shown.length = 0
    reporter.started(['a', 'b'])
    expect(shown).toEqual([])
  })
})

describe('the JSON of a run', () => {
  it('is a line for each thing that happens, and the counts last', () => {
    const { io, reporter } = tell('json')
    reporter.started(['a'])
    for (const entry of [started('a'), stepped('a', 1), ended('a')]) reporter.progress(entry)
    reporter.ended(runOf(failedScenario), 1)
    const lines = io.stdout.map((line) => JSON.parse(line))
    expect(lines.map(({ type }) => type)).toEqual([
      'run-started',
      'scenario-started',
      'step',
      'scenario-ended',
      'run-ended',
    ])
    expect(lines[0]).toEqual({ type: 'run-started', version: '0.1.0', files: ['a'] })
    expect(lines[4]).toEqual({
      type: 'run-ended',
      passed: 0,
      failed: 1,
      skipped: 0,
      exitCode: 1,
      startedAt: '2026-10-12T14:32:15.000Z',
      durationMs: 2500.4,
      reproduce: ['npx hookproof run scenarios/down.yaml --seed 42'],
    })
  })
})

describe('createBottomLine', () => {
  it('gives way to lines, and comes back below them', () => {
    let screen = ''
    const bottom = createBottomLine(
      (text) => {
        screen += text
      },
      () => 80,
    )
    const print = (line: string) =>
      bottom.above(() => {
        screen += `${line}\n`
      })
    print('one')
    bottom.show('bar')
    bottom.show('bar')
    print('two')
    bottom.show('bar!')
    bottom.show(null)
    print('three')
    expect(screen).toBe('one\nbar\r\u001b[Ktwo\nbar\r\u001b[Kbar!\r\u001b[Kthree\n')
  })
})
