import type { DeliveryView } from '../api/views.ts'
import type { RunResult, ScenarioResult, StepResult } from '../scenario/result.ts'
import { type ReportCase, reportCases } from './failure.ts'
import { runCoverage } from './run.ts'
import { timelineOf } from './timeline.ts'

/** Of the format that the report keeps to: https://ctrf.io. */
const SPEC_VERSION = '0.0.0'

/** CTRF knows no word for what could not be checked; `rawStatus` keeps ours. */
const STATUSES: Readonly<Record<StepResult['status'], 'passed' | 'failed' | 'skipped'>> = {
  passed: 'passed',
  failed: 'failed',
  broken: 'failed',
  skipped: 'skipped',
}

/** A run as CTRF JSON: a test for each step, and beside them what each scenario delivered. */
export function ctrfReport(run: RunResult): string {
  const tests = run.scenarios.flatMap((scenario) => reportCases(scenario).map((one) => test(scenario, one)))
  const count = (status: string) => tests.filter((one) => one.status === status).length
  const start = Math.round(run.startedAt)
  const report = {
    reportFormat: 'CTRF',
    specVersion: SPEC_VERSION,
    timestamp: new Date(start).toISOString(),
    generatedBy: 'hookproof',
    results: {
      tool: { name: 'hookproof', version: run.version },
      summary: {
        tests: tests.length,
        passed: count('passed'),
        failed: count('failed'),
        pending: 0,
        skipped: count('skipped'),
        other: 0,
        suites: run.scenarios.length,
        start,
        stop: start + Math.round(run.durationMs),
        duration: Math.round(run.durationMs),
      },
      tests,
      extra: {
        scenarios: run.scenarios.map((scenario) => scenarioExtra(scenario, run)),
        coverage: runCoverage(run),
      },
    },
  }
  return `${JSON.stringify(report, null, 2)}\n`
}

function test(scenario: ScenarioResult, one: ReportCase) {
  const { step, at, message, detail } = one
  return {
    name: one.name,
    status: STATUSES[one.status],
    duration: Math.round(one.durationMs),
    suite: [scenario.name],
    rawStatus: one.status,
    filePath: at.file,
    ...(at.line === undefined ? {} : { line: at.line }),
    ...(message === null ? {} : { message }),
    ...(detail.length === 0 ? {} : { trace: detail.join('\n') }),
    ...(step === null
      ? {}
      : {
          extra: {
            kind: step.kind,
            mismatches: step.mismatches,
            deliveries: step.deliveries.map(deliveryExtra),
          },
        }),
  }
}

function scenarioExtra(scenario: ScenarioResult, run: RunResult) {
  const { deliveries, steps, startedAt, durationMs, ...facts } = scenario
  return {
    ...facts,
    startedAt: new Date(startedAt || run.startedAt).toISOString(),
    durationMs,
    deliveries: deliveries.map(deliveryExtra),
  }
}

/** Bodies and headers stay out: they carry signatures and credentials, and a report is passed on. */
function deliveryExtra(delivery: DeliveryView) {
  const { id, provider, event, webhook, status, reason, createdAt, nextAttemptAt } = delivery
  const attempts = timelineOf(delivery).map(({ number, at, word, durationMs, error, faults }) => ({
    number,
    atMs: at,
    outcome: word,
    durationMs,
    error,
    faults,
  }))
  return {
    id,
    provider,
    event: event.type,
    url: webhook.url,
    status,
    reason,
    createdAt,
    nextAttemptAt,
    attempts,
  }
}
