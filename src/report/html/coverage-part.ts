import { type Count, type Coverage, coverageShares } from '../../core/coverage.ts'
import { shareText } from '../coverage-lines.ts'
import { type Markup, markup } from './markup.ts'

/** What a run exercised: operations by status, event types by outcome and fault. */
export function coveragePart(coverage: Coverage): Markup | null {
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
