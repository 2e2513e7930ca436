import { describe, expect, it } from 'vitest'
import { githubReport } from '../../../src/report/github.ts'
import {
  brokenScenario,
  failedScenario,
  mixedRun,
  runOf,
  scenario,
  step,
  unreadableScenario,
} from './run-results.ts'

const PLACES = { cwd: '/srv/app/hooks', workspace: '/srv/app' }
const failing = (title: string, actual: string) =>
  scenario({
    ...failedScenario,
    steps: [step(1, { title, status: 'failed', mismatches: [{ what: 'body', expected: '1', actual }] })],
  })

describe('githubReport', () => {
  it('puts a note at the line of each step that went wrong, and at the place in a broken file', () => {
    const { annotations } = githubReport(runOf(scenario(), brokenScenario, unreadableScenario), PLACES)
    expect(annotations).toEqual([
      '::error file=hooks/scenarios/down.yaml,line=12,col=5,title=the app is away%3A 2. request GET /orders::Failed to reach http://127.0.0.1:9: ECONNREFUSED.%0AStart the app first.',
      '::error file=hooks/scenarios/typo.yaml,line=4,col=3,title=scenarios/typo.yaml::scenarios/typo.yaml:4:3 #/stepz: Failed to load the scenario: "stepz" is not known. Did you mean "steps"?',
    ])
  })

  it('lets nothing out of an annotation', () => {
    const { annotations } = githubReport(runOf(failing('a, b: 100%', '50%\r\n::error::no')), PLACES)
    expect(annotations).toEqual([
      '::error file=hooks/scenarios/down.yaml,line=11,col=5,title=down%2C then up%3A 1. a%2C b%3A 100%25::body  expected  1%0A      but got   50%25 ::error::no',
    ])
  })

  it('leaves a file outside the workspace as it is', () => {
    const { annotations } = githubReport(
      runOf(scenario({ ...unreadableScenario, file: '/elsewhere/x.yaml', reason: 'no such file' })),
      PLACES,
    )
    expect(annotations).toEqual(['::error file=/elsewhere/x.yaml,title=scenarios/typo.yaml::no such file'])
  })

  it('summarises the run in a table, with what went wrong below', () => {
    const { summary } = githubReport(mixedRun, PLACES)
    expect(summary.split('\n').slice(0, 26)).toEqual([
      '### hookproof: 1 passed, 3 failed, 1 skipped',
      '',
      '| | scenario | file | time |',
      '| --- | --- | --- | ---: |',
      '| ✅ passed | down, then up | scenarios/down.yaml | 1.2s |',
      '| ❌ failed | down, then up | scenarios/down.yaml | 1.2s |',
      '| ⚠️ broken | the app is away | scenarios/app.yaml | 1.2s |',
      '| ⚠️ broken | scenarios/typo.yaml | scenarios/typo.yaml | 1.2s |',
      '| ⏭️ skipped | late | scenarios/late.yaml | 0ms |',
      '',
      '<details open><summary>down, then up</summary>',
      '',
      '```text',
      '2. expect delivery of note',
      '  attempts  expected  4',
      '            but got   3',
      '  status    expected  exhausted',
      '            but got   succeeded',
      '  note.created --> http://127.0.0.1:3000/hooks [del_1]',
      '    succeeded, 3 attempts',
      '    1  +0s                 [503]        12ms',
      '    2  +10s    10s later   [timed out]  12ms  no answer within 1s',
      '    3  +1m11s  1m1s later  [200]        12ms',
      '',
      'run it again: npx hookproof run scenarios/down.yaml --seed 42',
      '```',
    ])
  })

  it('lets neither a table nor a code block be broken from inside', () => {
    const { summary } = githubReport(
      runOf(scenario({ ...failing('x', '```\n# no'), name: 'a | b <img> *c* `d`' })),
      PLACES,
    )
    expect(summary).toContain('| a \\| b &lt;img&gt; \\*c\\* \\`d\\` |')
    expect(summary).toContain('<summary>a | b &lt;img&gt; *c* `d`</summary>')
    expect(summary.match(/^`{4}(text)?$/gm)).toEqual(['````text', '````'])
  })
})
