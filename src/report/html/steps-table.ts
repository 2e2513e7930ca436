import type { Mismatch, ScenarioResult, StepResult } from '../../scenario/scenario-result.ts'
import { placeOf } from '../failure-lines.ts'
import { tookText } from '../timeline.ts'
import { type Markup, markup } from './markup.ts'

/** What a scenario did, a row for each step; what went wrong stands below its step. */
export function stepsTable({ steps }: ScenarioResult): Markup | null {
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
