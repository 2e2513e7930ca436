import { describe, expect, it } from 'vitest'
import {
  countsLine,
  progressBar,
  recapLines,
  runCounts,
  runExitCode,
  scenarioEnd,
  scenarioHead,
  stepLines,
  violationCountLines,
  worstExitCode,
} from '../../../src/report/run.ts'
import { PLAIN } from '../../../src/report/terminal.ts'
import { tookText } from '../../../src/report/timeline.ts'
import {
  attemptView,
  brokenStep,
  deliveryView,
  failedScenario,
  failedStep,
  mixedRun,
  runOf,
  scenario,
  skippedScenario,
  step,
} from './run-results.ts'

describe('the lines of a run', () => {
  it('names the scenario and its file, then each step', () => {
    expect(
      scenarioHead({ type: 'scenario-started', file: 'a.yaml', name: 'down, then up', steps: 2 }, PLAIN),
    ).toEqual(['', 'down, then up  a.yaml'])
    expect(stepLines({ step: step(1) }, PLAIN)).toEqual(['  ok        1  trigger note.created as note  3ms'])
    expect(stepLines({ step: step(12, { status: 'skipped' }) }, PLAIN)).toEqual([
      '  skipped  12  trigger note.created as note',
    ])
  })

  it('shows the expected, the actual and the timeline below a step that failed', () => {
    expect(stepLines({ step: failedStep }, PLAIN)).toEqual([
      '  failed    2  expect delivery of note  3ms  scenarios/down.yaml:12:5',
      '               attempts  expected  4',
      '                         but got   3',
      '               status    expected  exhausted',
      '                         but got   succeeded',
      '               note.created --> http://127.0.0.1:3000/hooks [del_1]',
      '                 succeeded, 3 attempts',
      '                 1  +0s                 [503]        12ms',
      '                 2  +10s    10s later   [timed out]  12ms  no answer within 1s',
      '                 3  +1m11s  1m1s later  [200]        12ms',
    ])
    expect(stepLines({ step: brokenStep }, PLAIN)).toEqual([
      '  broken    2  request GET /orders  3ms  scenarios/down.yaml:12:5',
      '               Failed to reach http://127.0.0.1:9: ECONNREFUSED.',
      '               Start the app first.',
    ])
  })

  it('names faults, and what has not been tried or is still on its way', () => {
    const deliveries = [
      deliveryView({ attempts: [attemptView(1, 0, 200, { faults: ['duplicate', 'slow-body'] })] }),
      deliveryView({ id: 'del_2', status: 'pending', attempts: [attemptView(1, 1_234, null)] }),
      deliveryView({ id: 'del_3', status: 'blocked', reason: 'not loopback', attempts: [] }),
    ]
    const lines = stepLines({ step: { ...failedStep, mismatches: [], deliveries } }, PLAIN)
    expect(lines.slice(1)).toEqual([
      '               note.created --> http://127.0.0.1:3000/hooks [del_1]',
      '                 succeeded, 1 attempt',
      '                 1  +0s    [200]  12ms  faults: duplicate, slow-body',
      '               note.created --> http://127.0.0.1:3000/hooks [del_2]',
      '                 pending, 1 attempt',
      '                 1  +1.2s    [in flight]',
      '               note.created --> http://127.0.0.1:3000/hooks [del_3]',
      '                 blocked: not loopback, no attempt',
    ])
  })

  it('shows five timelines of many, and neither long values nor control characters', () => {
    const many = Array.from({ length: 8 }, (_, i) =>
      deliveryView({ id: `del_${i}`, attempts: [], status: i === 7 ? 'exhausted' : 'succeeded' }),
    )
    const mismatches = [{ what: 'body', expected: `\u001b[2J${'x'.repeat(400)}`, actual: 'a\n  b' }]
    const lines = stepLines({ step: { ...failedStep, mismatches, deliveries: many } }, PLAIN)
    expect(lines).toHaveLength(1 + 2 + 10 + 1)
    expect(lines.at(-1)).toBe('               … 3 more deliveries')
    // The most telling ones, in the order of time.
    expect(lines[3]).toContain('[del_0]')
    expect(lines[11]).toContain('[del_7]')
    expect(lines[1]).toBe(`               body  expected  \\u001b[2J${'x'.repeat(291)}… (409 characters)`)
    expect(lines[2]).toBe('                     but got   a b')
  })

  it('ends a scenario with its verdict, its violations, and why', () => {
    expect(scenarioEnd(scenario(), PLAIN)).toEqual(['  passed in 1.2s, seed 42'])
    expect(scenarioEnd(skippedScenario, PLAIN)).toEqual(['  skipped', '    an earlier scenario failed'])
    const violation = {
      by: 'client',
      provider: 'acme',
      operation: 'createWebhook',
      location: 'body/url',
      rule: 'required',
      message: 'url is missing',
    } as const
    expect(scenarioEnd(scenario({ ...failedScenario, violations: Array(7).fill(violation) }), PLAIN)).toEqual(
      [
        ...Array(5).fill('  violation by client  createWebhook  body/url  url is missing'),
        '  … 2 more violations',
        '  failed in 1.2s, seed 42',
      ],
    )
  })

  it('sums up at the end what went wrong, with the command that runs it again', () => {
    expect(recapLines(runOf(scenario(), skippedScenario), PLAIN)).toEqual([])
    expect(recapLines(mixedRun, PLAIN)).toEqual([
      '',
      'failed  down, then up',
      '  scenarios/down.yaml:12:5  expect delivery of note: attempts: expected 4, got 3 (and 1 more)',
      '  run it again: npx hookproof run scenarios/down.yaml --seed 42',
      'broken  the app is away',
      '  scenarios/down.yaml:12:5  request GET /orders: Failed to reach http://127.0.0.1:9: ECONNREFUSED.',
      '  run it again: npx hookproof run scenarios/down.yaml --seed 42',
      'broken  scenarios/typo.yaml',
      '  scenarios/typo.yaml:4:3 #/stepz: Failed to load the scenario: "stepz" is not known. Did you mean "steps"?',
      '  run it again: npx hookproof run scenarios/typo.yaml',
    ])
  })
})

it('shows the first mismatches of many', () => {
  const mismatches = Array.from({ length: 12 }, (_, i) => ({
    what: `request ${i + 1}`,
    expected: '200',
    actual: '503',
  }))
  const lines = stepLines({ step: step(3, { status: 'failed', mismatches }) }, PLAIN)
  expect(lines).toHaveLength(1 + 20 + 1)
  expect(lines.at(-1)?.trim()).toBe('… 2 more mismatches')
})

it('sums up why nothing could be checked before the step at which that showed', () => {
  const reason = 'Failed to go on: "node app.js" has ended with 7.\nIt printed nothing.'
  const died = scenario({ ...failedScenario, status: 'broken', reason, reproduce: '' })
  expect(recapLines(runOf(died), PLAIN)).toEqual([
    '',
    'broken  down, then up',
    '  scenarios/down.yaml  Failed to go on: "node app.js" has ended with 7.',
  ])
  expect(scenarioEnd(scenario({ seed: '' }), PLAIN)).toEqual(['  passed in 1.2s'])
})

it('sums up what a command printed last', () => {
  const reason = 'Failed to start "node app.js": it ended with 2. It printed last:\n  no such file\nmore'
  expect(
    recapLines(runOf(scenario({ status: 'broken', reason, steps: [], reproduce: 'again' })), PLAIN),
  ).toEqual([
    '',
    'broken  down, then up',
    '  scenarios/down.yaml  Failed to start "node app.js": it ended with 2. It printed last: no such file',
    '  run it again: again',
  ])
})

it('does not say again at once why the only file could not be run', () => {
  const unread = scenario({ status: 'broken', reason: 'Failed to read it.', steps: [], reproduce: '' })
  expect(recapLines(runOf(unread), PLAIN)).toEqual([])
  expect(recapLines(runOf(unread, scenario()), PLAIN)).toHaveLength(3)
})

it('counts the contracts that were broken', () => {
  const violation = {
    by: 'client',
    operation: 'createWebhook',
    location: 'body/url',
    message: 'missing',
  } as never
  expect(violationCountLines(runOf(scenario()))).toEqual([])
  const two = scenario({ violations: [violation, violation] })
  expect(violationCountLines(runOf(two))).toEqual(['', '2 contract violations'])
  expect(violationCountLines(runOf(two, scenario()))).toEqual(['', '2 contract violations in 1 scenario'])
})

it.each([
  ['"2" is wrong. 1 more problem:\n  a.yaml:4:1: "x" is wrong.', '"2" is wrong. (and 1 more problem)'],
  [
    'x: it is wrong. Did you mean "y"?\n2 more problems:\n  a\n  b',
    'x: it is wrong. Did you mean "y"? (and 2 more problems)',
  ],
  ['x: it is wrong.', 'x: it is wrong.'],
])('says of a file with several problems the first one and how many there are besides', (reason, said) => {
  const broken = scenario({ ...failedScenario, status: 'broken', reason, reproduce: '' })
  expect(recapLines(runOf(broken, scenario()), PLAIN).at(-1)).toBe(`  scenarios/down.yaml  ${said}`)
})

describe('the counts of a run', () => {
  it('counts what could not be checked as failed', () => {
    expect(countsLine(runCounts(mixedRun.scenarios))).toBe('1 passed, 3 failed, 1 skipped')
  })

  it('ends with the worst exit code', () => {
    expect(runExitCode(mixedRun)).toBe(3)
    expect(runExitCode(runOf(scenario()))).toBe(0)
    expect(runExitCode(runOf())).toBe(0)
    const byRank = [0, 1, 2, 3, 5, 130]
    for (const [rank, code] of byRank.entries())
      for (const lesser of byRank.slice(0, rank + 1)) {
        expect(worstExitCode([lesser, code])).toBe(code)
        expect(worstExitCode([code, lesser])).toBe(code)
      }
  })
})

describe('progressBar', () => {
  const bar = (passed: number, failed: number, running = '', columns = 80) =>
    progressBar({ passed, failed, skipped: 0 }, { total: 12, running, columns }, PLAIN)

  it('fills up, counts, and names what runs', () => {
    expect(bar(0, 0, 'down')).toBe('[                        ] 0/12  down')
    expect(bar(5, 1, 'down')).toBe('[===========>            ] 6/12, 1 failed  down')
    expect(bar(12, 0)).toBe('[========================] 12/12')
  })

  it('is never wider than the terminal', () => {
    expect(bar(5, 1, 'x'.repeat(99), 50)).toHaveLength(49)
    expect(bar(5, 1, 'x'.repeat(99), 44)).toBe('[===========>            ] 6/12, 1 failed')
  })
})

it('tells how long something took', () => {
  expect([0.4, 999, 1_234, 59_900, 125_000].map(tookText)).toEqual(['0ms', '999ms', '1.2s', '59.9s', '2m5s'])
})
