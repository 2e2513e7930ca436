import { relative, resolve, sep } from 'node:path'
import type { RunResult, ScenarioResult } from '../scenario/result.ts'
import { reportCases } from './failure.ts'
import { countsLine, runCounts } from './run.ts'
import { tookText } from './timeline.ts'

interface GithubReport {
  /** Workflow commands, for stdout. */
  readonly annotations: readonly string[]
  /** Markdown, to be appended to the file that GITHUB_STEP_SUMMARY names. */
  readonly summary: string
}

interface GithubPlaces {
  /** What the files of the run are relative to. */
  readonly cwd: string
  /** GITHUB_WORKSPACE: what annotations are relative to. */
  readonly workspace: string
}

/** A run as GitHub Actions shows it: a note at each line that failed, and a summary of the step. */
export function githubReport(run: RunResult, places: GithubPlaces): GithubReport {
  return {
    annotations: run.scenarios.flatMap((scenario) => annotations(scenario, places)),
    summary: summary(run),
  }
}

function annotations(scenario: ScenarioResult, places: GithubPlaces): string[] {
  const wrong = reportCases(scenario).filter(({ status }) => status === 'failed' || status === 'broken')
  return wrong.map(({ at, name, message, detail }) => {
    const properties = [
      ['file', fromWorkspace(at.file, places)],
      ['line', at.line],
      ['col', at.column],
      ['title', name === scenario.name ? name : `${scenario.name}: ${name}`],
    ]
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key}=${propertyText(String(value))}`)
    const text = detail.length > 0 ? detail : [message ?? '']
    return `::error ${properties.join(',')}::${messageText(text.join('\n'))}`
  })
}

function fromWorkspace(file: string, { cwd, workspace }: GithubPlaces): string {
  const path = relative(workspace, resolve(cwd, file))
  return path.startsWith('..') ? file : path.split(sep).join('/')
}

// https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts

function messageText(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function propertyText(text: string): string {
  return messageText(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

const ICONS: Readonly<Record<ScenarioResult['status'], string>> = {
  passed: '✅ passed',
  failed: '❌ failed',
  broken: '⚠️ broken',
  skipped: '⏭️ skipped',
}

function summary(run: RunResult): string {
  const rows = run.scenarios.map(
    ({ status, name, file, durationMs }) =>
      `| ${ICONS[status]} | ${cell(name)} | ${cell(file)} | ${tookText(durationMs)} |`,
  )
  const wrong = run.scenarios.filter(({ status }) => status === 'failed' || status === 'broken')
  return [
    `### hookproof: ${countsLine(runCounts(run.scenarios))}`,
    '',
    '| | scenario | file | time |',
    '| --- | --- | --- | ---: |',
    ...rows,
    '',
    ...wrong.flatMap(wrongSection),
  ].join('\n')
}

function wrongSection(scenario: ScenarioResult): string[] {
  const cases = reportCases(scenario).filter(({ status }) => status === 'failed' || status === 'broken')
  const text = cases.flatMap(({ name, message, detail }) => [
    name,
    ...indented(detail.length > 0 ? detail : [message ?? '']),
  ])
  const again = scenario.reproduce === '' ? [] : ['', `run it again: ${scenario.reproduce}`]
  return [
    `<details open><summary>${htmlText(scenario.name)}</summary>`,
    '',
    ...fenced([...text, ...again]),
    '',
    '</details>',
    '',
  ]
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

/** A fence longer than any run of backticks inside it. */
function fenced(lines: readonly string[]): string[] {
  const longest = Math.max(
    2,
    ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map(({ length }) => length)),
  )
  const fence = '`'.repeat(longest + 1)
  return [`${fence}text`, ...lines, fence]
}

/** Inside a table nothing may end the cell, and nothing may become markup. */
function cell(text: string): string {
  return escaped(text).replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')
}

function escaped(text: string): string {
  return htmlText(text).replaceAll(/([\\`*_[\]#~])/g, '\\$1')
}

function htmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
