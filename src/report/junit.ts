import xmlbuilder from 'xmlbuilder'
import type { RunResult, ScenarioResult } from '../scenario/result.ts'
import { type ReportCase, reportCases } from './failure.ts'

/** CI systems show the text of a failure in a small box. */
const MAX_LINES = 40

/**
 * A run as JUnit XML: a suite for each scenario, a test case for each step. What was checked and found wrong is a
 * `failure`, what could not be checked an `error`. It says nothing about the machine.
 */
export function junitReport(run: RunResult): string {
  const suites = run.scenarios.map((scenario) => ({ scenario, cases: reportCases(scenario) }))
  const root = xmlbuilder.create('testsuites', { encoding: 'UTF-8', invalidCharReplacement: '' })
  root.att({
    name: 'hookproof',
    ...tallies(suites.flatMap(({ cases }) => cases)),
    time: seconds(run.durationMs),
    timestamp: timestamp(run.startedAt),
  })
  for (const { scenario, cases } of suites) addSuite(root, scenario, cases, run)
  return `${root.end({ pretty: true })}\n`
}

function addSuite(
  root: xmlbuilder.XMLElement,
  scenario: ScenarioResult,
  cases: readonly ReportCase[],
  run: RunResult,
): void {
  const suite = root.ele('testsuite', {
    name: scenario.name,
    ...tallies(cases),
    time: seconds(scenario.durationMs),
    // What was left out never started.
    timestamp: timestamp(scenario.startedAt || run.startedAt),
    file: scenario.file,
  })
  const properties = suite.ele('properties')
  for (const [name, value] of [
    ['seed', scenario.seed],
    ['clock', scenario.clock],
    ['version', run.version],
  ] as const)
    properties.ele('property', { name, value })
  for (const one of cases) addCase(suite, scenario, one)
}

function addCase(suite: xmlbuilder.XMLElement, scenario: ScenarioResult, one: ReportCase): void {
  const { line } = one.at
  const node = suite.ele('testcase', {
    name: one.name,
    classname: className(scenario),
    time: seconds(one.durationMs),
    file: one.at.file,
    ...(line === undefined ? {} : { line }),
  })
  if (one.status === 'skipped') node.ele('skipped', one.message === null ? {} : { message: one.message })
  if (one.status === 'failed') addProblem(node, 'failure', 'expectation', scenario, one)
  if (one.status === 'broken') addProblem(node, 'error', 'broken', scenario, one)
}

function addProblem(
  node: xmlbuilder.XMLElement,
  element: 'failure' | 'error',
  type: string,
  { reproduce }: ScenarioResult,
  { message, detail }: ReportCase,
): void {
  const left = detail.length - MAX_LINES
  const shown = left <= 0 ? detail : [...detail.slice(0, MAX_LINES), `… ${left} more lines`]
  const again = reproduce === '' ? [] : ['', `run it again: ${reproduce}`]
  node.ele(element, { message: message ?? '', type }, [...shown, ...again].join('\n'))
}

/** Dots would be taken for packages. */
function className({ providers, name }: ScenarioResult): string {
  return [providers.join('+') || 'hookproof', name.replaceAll('.', '_')].join('.')
}

function tallies(cases: readonly ReportCase[]) {
  const count = (status: ReportCase['status']) => cases.filter((one) => one.status === status).length
  return {
    tests: cases.length,
    failures: count('failed'),
    errors: count('broken'),
    skipped: count('skipped'),
  }
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3)
}

/** The older schemas take neither fractions nor a zone. */
function timestamp(instant: number): string {
  return new Date(instant).toISOString().slice(0, 19)
}
