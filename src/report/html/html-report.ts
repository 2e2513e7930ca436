import type { RunResult, ScenarioResult } from '../../scenario/scenario-result.ts'
import { counted } from '../columns.ts'
import { countsLine, runCounts } from '../run-counts.ts'
import { runCoverage } from '../run-coverage.ts'
import { tookText } from '../timeline.ts'
import { coveragePart } from './coverage-part.ts'
import { deliveriesPart } from './deliveries-part.ts'
import { Markup, markup } from './markup.ts'
import { PAGE_STYLE } from './page-style.ts'
import { stepsTable } from './steps-table.ts'

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
