import { type Count, type Coverage, coverageShares } from '../../core/coverage.ts'
import type { Mismatch, RunResult, ScenarioResult, StepResult } from '../../scenario/result.ts'
import { placeOf } from '../failure.ts'
import { countsLine, runCounts, runCoverage, shareText } from '../run.ts'
import { counted } from '../terminal.ts'
import { tookText } from '../timeline.ts'
import { deliveriesPart } from './deliveries.ts'
import { Markup, markup } from './markup.ts'

/** What a run exercised: operations by status, event types by outcome and fault. */
function coveragePart(coverage: Coverage): Markup | null {
  const { operations, events } = coverage
  if (operations.length + events.length === 0) return null
  const { statuses, events: types, faults } = coverageShares(coverage)
  return markup`<details class="scenario">
<summary><h2>Coverage</h2>
<span class="facts quiet">${shareText(statuses)} statuses, ${shareText(types)} event types, ${shareText(faults)} faults of deliveries</span></summary>
<div>
<div class="wide"><table><thead><tr><th>operation</th><th>statuses</th><th>faults</th></tr></thead><tbody>
${operations.map(
  (one) =>
    markup`<tr><td>${one.provider} ${one.operation}</td><td>${counts([...one.statuses, ...one.undeclared])}</td><td>${counts(one.faults)}</td></tr>\n`,
)}</tbody></table></div>
<div class="wide"><table><thead><tr><th>event</th><th>times</th><th>outcomes</th><th>faults</th></tr></thead><tbody>
${events.map(
  (one) =>
    markup`<tr><td>${one.provider} ${one.event}</td><td>${one.count}</td><td>${counts(one.outcomes)}</td><td>${counts(one.faults)}</td></tr>\n`,
)}</tbody></table></div>
</div>
</details>
`
}

/** Those that never happened are quiet. */
function counts(all: readonly Count[]): readonly Markup[] {
  return all.map(
    ({ name, count }) =>
      markup`<span class="${count === 0 ? 'quiet' : 'passed-text'}">${name}×${count}</span> `,
  )
}

/** The only style sheet of the page: light and dark as the reader's machine has it, and readable on paper. */
const PAGE_STYLE = `
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --text: #1d2430; --quiet: #667085; --rule: #e1e5eb; --code: #f1f3f6;
  --good: #14804a; --bad: #c4320a; --warn: #a15c07; --name: #2458c5; --goodback: #e3f5eb; --badback: #fdebe5; --warnback: #fdf3e0; }
@media (prefers-color-scheme: dark) { :root {
  --page: #12161d; --card: #1a202a; --text: #e4e8ee; --quiet: #98a2b3; --rule: #2c3442; --code: #10141b;
  --good: #4fd08a; --bad: #ff8a65; --warn: #f0b14a; --name: #8ab4ff; --goodback: #16352a; --badback: #3f211a; --warnback: #3a2c12; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 1060px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 22px; margin: 0 0 4px; } h2 { font-size: 16px; margin: 0; display: inline; } h3 { font-size: 13px; margin: 22px 0 8px; color: var(--quiet); font-weight: 600; }
.quiet, .note, small { color: var(--quiet); } .note { font-size: 12px; margin: 4px 0 0; }
code, pre, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 13px; }
pre { background: var(--code); border-radius: 6px; padding: 10px 12px; margin: 8px 0; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.counts { display: flex; gap: 10px; flex-wrap: wrap; margin: 18px 0 24px; }
.count { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 10px 18px; min-width: 104px; }
.count b { display: block; font-size: 24px; line-height: 1.2; }
.scenario { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; margin: 12px 0; overflow: hidden; }
.scenario > summary { padding: 14px 18px; cursor: pointer; list-style-position: outside; }
.scenario > div { padding: 0 18px 18px; }
.facts { display: block; font-size: 13px; margin-top: 2px; }
.chip { display: inline-block; border-radius: 999px; padding: 1px 10px; font-size: 12px; font-weight: 600; margin-right: 8px; }
.chip.passed { color: var(--good); background: var(--goodback); } .chip.failed { color: var(--bad); background: var(--badback); }
.chip.broken { color: var(--warn); background: var(--warnback); } .chip.skipped { color: var(--quiet); background: var(--code); }
table { border-collapse: collapse; width: 100%; } th { text-align: left; font-size: 12px; color: var(--quiet); font-weight: 600; }
th, td { padding: 5px 10px 5px 0; border-top: 1px solid var(--rule); vertical-align: top; } td.number { color: var(--quiet); width: 34px; }
td.state { width: 84px; white-space: nowrap; } .steps td { overflow-wrap: anywhere; } .steps td.number, .steps td.state, .steps td.time { overflow-wrap: normal; }
.wide table { min-width: 560px; } td.time { text-align: right; padding-right: 0; white-space: nowrap; color: var(--quiet); }
tr.detail td { border-top: 0; padding-top: 0; } .passed-text { color: var(--good); } .failed-text { color: var(--bad); } .broken-text { color: var(--warn); } .skipped-text { color: var(--quiet); }
.mismatch { display: grid; grid-template-columns: minmax(40px, max-content) minmax(0, 1fr) minmax(0, 1fr); gap: 0 14px; background: var(--code); border-radius: 6px; padding: 8px 12px; margin: 2px 0 6px; }
.mismatch > * { overflow-wrap: anywhere; white-space: pre-wrap; } .mismatch .head { color: var(--quiet); font-size: 12px; }
@media (max-width: 600px) { main { padding: 16px 8px 40px; } .scenario > summary { padding: 12px; } .scenario > div { padding: 0 12px 12px; } td.state { width: 60px; }
  .mismatch { grid-template-columns: minmax(0, 1fr); } .mismatch .head { display: none; } .expected::before { content: 'expected '; color: var(--quiet); } .actual::before { content: 'but got '; color: var(--quiet); } }
.expected { color: var(--good); } .actual { color: var(--bad); }
.wide { overflow-x: auto; } .timeline { width: 100%; min-width: 640px; height: auto; display: block; }
.timeline text { fill: var(--quiet); font-size: 11px; text-anchor: middle; } .timeline .name { fill: var(--text); font-size: 13px; text-anchor: start; font-weight: 600; }
.timeline .where { text-anchor: start; } .tick line { stroke: var(--rule); } .way { stroke: var(--quiet); stroke-width: 2; opacity: .45; } .way.open { stroke-dasharray: 3 5; }
.mark circle { fill: var(--quiet); stroke: var(--card); stroke-width: 2; } .mark.good circle { fill: var(--good); } .mark.warn circle { fill: var(--warn); } .mark.bad circle { fill: var(--bad); }
.timeline .mark.good text { fill: var(--good); } .timeline .mark.warn text { fill: var(--warn); } .timeline .mark.bad text { fill: var(--bad); }
.mark circle.faulty { fill: none; stroke: var(--quiet); stroke-width: 1.2; stroke-dasharray: 2 2; }
details.more > summary { cursor: pointer; color: var(--quiet); font-size: 13px; margin-top: 8px; }
@media print { .scenario { break-inside: avoid-page; } body { background: none; } }
`

/** What a scenario did, a row for each step; what went wrong stands below its step. */
function stepsTable({ steps }: ScenarioResult): Markup | null {
  if (steps.length === 0) return null
  return markup`<h3>Steps</h3>
<table class="steps"><tbody>
${steps.map(stepRows)}</tbody></table>`
}

function stepRows(step: StepResult): Markup {
  const detail = stepDetail(step)
  return markup`<tr><td class="number">${step.number}</td><td class="state ${step.status}-text">${step.status}</td><td>${step.title}${
    step.status !== 'passed' && markup` <small class="mono">${placeOf(step)}</small>`
  }</td><td class="time">${step.status === 'skipped' ? '' : tookText(step.durationMs)}</td></tr>
${detail !== null && markup`<tr class="detail"><td></td><td></td><td colspan="2">${detail}</td></tr>\n`}`
}

function stepDetail({ mismatches, error }: StepResult): Markup | null {
  if (mismatches.length === 0 && error === null) return null
  return markup`${error !== null && markup`<pre>${error.message}</pre>`}${mismatches.length > 0 && mismatchGrid(mismatches)}`
}

function mismatchGrid(mismatches: readonly Mismatch[]): Markup {
  const cells = mismatches.map(
    ({ what, expected, actual }) =>
      markup`<span class="mono">${what}</span><span class="mono expected">${expected}</span><span class="mono actual">${actual}</span>\n`,
  )
  return markup`<div class="mismatch"><span class="head"></span><span class="head">expected</span><span class="head">but got</span>
${cells}</div>`
}

/** A run as one HTML file: nothing is loaded, and no script is needed to read it. */
export function htmlReport(run: RunResult): string {
  const counts = runCounts(run.scenarios)
  const steps = run.scenarios.flatMap((scenario) => scenario.steps).length
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${countsLine(counts)} - hookproof</title>
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body>
<main>
<h1>hookproof run</h1>
<div class="quiet">${isoTime(run.startedAt)} · ${counted(run.scenarios.length, 'scenario')}, ${counted(steps, 'step')} in ${tookText(run.durationMs)} · hookproof ${run.version}</div>
<div class="counts">
<div class="count"><b class="passed-text">${counts.passed}</b>passed</div>
<div class="count"><b class="${counts.failed === 0 ? 'quiet' : 'failed-text'}">${counts.failed}</b>failed</div>
<div class="count"><b class="quiet">${counts.skipped}</b>skipped</div>
</div>
${run.scenarios.map((scenario) => scenarioPart(scenario, run.scenarios.length === 1))}
${coveragePart(runCoverage(run))}
</main>
</body>
</html>
`
  return page.text
}

/** Open where there is something to look into, or nothing else to look at; a click opens the others. */
function scenarioPart(scenario: ScenarioResult, isAlone: boolean): Markup {
  const { status, name, file, providers, clock, seed, durationMs, reason, reproduce } = scenario
  const isOpen = isAlone || status === 'failed' || status === 'broken'
  return markup`<details class="scenario"${isOpen && new Markup(' open')}>
<summary><span class="chip ${status}">${status}</span><h2>${name}</h2>
<span class="facts quiet"><span class="mono">${file}</span> · ${providers.join(', ')} · clock ${clock} · seed ${seed} · ${tookText(durationMs)}</span></summary>
<div>
${reason !== null && markup`<pre>${reason}</pre>`}
${stepsTable(scenario)}
${deliveriesPart(scenario)}
${violationsPart(scenario)}
${reproduce !== '' && markup`<h3>Run it again</h3><pre>${reproduce}</pre>`}
</div>
</details>
`
}

function violationsPart({ violations }: ScenarioResult): Markup | null {
  if (violations.length === 0) return null
  return markup`<h3>Contract violations</h3>
<div class="wide"><table><thead><tr><th>by</th><th>operation or event</th><th>where</th><th>rule</th><th>what</th></tr></thead><tbody>
${violations.map(
  ({ by, provider, operation, location, rule, message }) =>
    markup`<tr><td>${by}</td><td>${provider} ${operation ?? ''}</td><td class="mono">${location}</td><td class="mono">${rule}</td><td>${message}</td></tr>\n`,
)}</tbody></table></div>`
}

function isoTime(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
