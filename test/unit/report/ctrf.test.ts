import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { ctrfReport } from '../../../src/report/ctrf.ts'
import { failedScenario, mixedRun, runOf, START } from './run-results.ts'

// Published with the npm package ctrf (MIT licence).
const schema = JSON.parse(readFileSync(new URL('ctrf-schema.json', import.meta.url), 'utf8')) as object
const ajv = new Ajv({ strict: false, allErrors: true })
addFormats.default(ajv)
const validate = ajv.compile(schema)

const problems = (text: string) => {
  validate(JSON.parse(text))
  return validate.errors ?? []
}

describe('ctrfReport', () => {
  it('has the published form', () => {
    expect(problems(ctrfReport(mixedRun))).toEqual([])
    expect(problems(ctrfReport(runOf()))).toEqual([])
    expect(problems('{"reportFormat":"CTRF"}')).not.toEqual([])
  })

  it('counts its tests, and has a test for each step', () => {
    const { results } = JSON.parse(ctrfReport(mixedRun))
    expect(results.tool).toEqual({ name: 'hookproof', version: '0.1.0' })
    expect(results.summary).toEqual({
      tests: 9,
      passed: 4,
      failed: 3,
      pending: 0,
      skipped: 2,
      other: 0,
      suites: 5,
      start: START,
      stop: START + 2_500,
      duration: 2_500,
    })
    expect(
      results.tests.map((test: { status: string; rawStatus: string }) => `${test.status} ${test.rawStatus}`),
    ).toEqual([
      'passed passed',
      'passed passed',
      'passed passed',
      'failed failed',
      'skipped skipped',
      'passed passed',
      'failed broken',
      'failed broken',
      'skipped skipped',
    ])
  })

  it('tells what failed, where, and which deliveries were looked at', () => {
    const { results } = JSON.parse(ctrfReport(runOf(failedScenario)))
    expect(results.tests[1]).toEqual({
      name: '2. expect delivery of note',
      status: 'failed',
      duration: 3,
      suite: ['down, then up'],
      rawStatus: 'failed',
      filePath: 'scenarios/down.yaml',
      line: 12,
      message: 'attempts: expected 4, got 3 (and 1 more)',
      trace: expect.stringContaining('  3  +1m11s  1m1s later  [200]        12ms'),
      extra: {
        kind: 'expect',
        mismatches: failedScenario.steps[1]?.mismatches,
        deliveries: [
          {
            id: 'del_1',
            provider: 'acme',
            event: 'note.created',
            url: 'http://127.0.0.1:3000/hooks',
            status: 'succeeded',
            reason: null,
            createdAt: '2026-10-12T14:32:15.000Z',
            nextAttemptAt: null,
            attempts: [
              { number: 1, atMs: 0, outcome: '503', durationMs: 12.4, error: null, faults: [] },
              {
                number: 2,
                atMs: 10_000,
                outcome: 'timed out',
                durationMs: 12.4,
                error: 'no answer within 1s',
                faults: [],
              },
              { number: 3, atMs: 71_000, outcome: '200', durationMs: 12.4, error: null, faults: [] },
            ],
          },
        ],
      },
    })
    expect(results.extra.scenarios[0]).toMatchObject({
      file: 'scenarios/down.yaml',
      seed: '42',
      clock: 'virtual',
      reproduce: 'npx hookproof run scenarios/down.yaml --seed 42',
      deliveries: [{ id: 'del_1' }],
    })
  })

  it('passes on neither headers nor bodies', () => {
    const text = ctrfReport(mixedRun)
    expect(text).not.toContain('sha256=secret')
    expect(text).not.toContain('"note\\"')
  })
})
