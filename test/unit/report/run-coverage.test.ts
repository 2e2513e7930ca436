import { describe, expect, it } from 'vitest'
import { createRunReporter } from '../../../src/cli/commands/run/reports.ts'
import type { Coverage } from '../../../src/core/coverage.ts'
import { ctrfReport } from '../../../src/report/ctrf.ts'
import { htmlReport } from '../../../src/report/html/page.ts'
import { runCoverage } from '../../../src/report/run.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { runOf, scenario } from './run-results.ts'

const called = (status: string, count: number): Coverage => ({
  operations: [
    {
      provider: 'acme',
      operation: 'listWebhooks',
      method: 'GET',
      path: '/webhooks',
      statuses: ['200', '404'].map((name) => ({ name, count: name === status ? count : 0 })),
      undeclared: [],
      faults: [],
    },
  ],
  events: [],
})
const run = runOf(
  scenario({ coverage: called('200', 2) }),
  scenario({ coverage: called('404', 1) }),
  scenario(),
)

describe('what a run exercised', () => {
  it('is what its scenarios exercised together', () => {
    expect(runCoverage(run).operations[0]?.statuses).toEqual([
      { name: '200', count: 2 },
      { name: '404', count: 1 },
    ])
  })

  it('stands in the HTML report, and in the JSON one', () => {
    expect(htmlReport(run)).toContain('acme listWebhooks</td><td><span class="passed-text">200×2</span>')
    expect(JSON.parse(ctrfReport(run)).results.extra.coverage).toEqual(runCoverage(run))
    expect(htmlReport(runOf(scenario()))).not.toContain('<h2>Coverage</h2>')
  })

  it('is printed where that was asked for', () => {
    const lines = (coverage: boolean) => {
      const io = fakeIo()
      createRunReporter({ format: 'text', coverage }, '0.1.0', io).ended(run, 0)
      return io.stdout
    }
    expect(lines(true)).toContain('  acme listWebhooks  200×2 404×1  0/0')
    expect(lines(false).join('\n')).not.toContain('listWebhooks')
  })

  it('is in the last line of JSON, and in no other', () => {
    const io = fakeIo()
    const reporter = createRunReporter({ format: 'json', coverage: true }, '0.1.0', io)
    reporter.progress({ type: 'scenario-ended', result: scenario({ coverage: called('200', 2) }) })
    reporter.ended(run, 0)
    const [ended, last] = io.stdout.map((line) => JSON.parse(line))
    expect(ended.result).not.toHaveProperty('coverage')
    expect(last.coverage).toEqual(runCoverage(run))
  })
})
