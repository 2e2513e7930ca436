import { type Count, type Coverage, coverageShares, type Share, shareOf } from '../core/coverage.ts'
import { columns, indent } from './columns.ts'
import type { Style } from './style.ts'

/** What a run exercised, as two tables: operations with their statuses, event types with their outcomes and faults. */
export function coverageLines(coverage: Coverage, style: Style): string[] {
  const { operations, events } = coverage
  const shares = coverageShares(coverage)
  const head = `${shareText(shares.statuses)} statuses, ${shareText(shares.events)} event types, ${shareText(shares.faults)} faults of deliveries`
  const operationRows = operations.map((one) => [
    `${one.provider} ${one.operation}`,
    [...one.statuses, ...one.undeclared.map(undeclared)].map((count) => countText(count, style)).join(' '),
    exercised(one.faults, style),
  ])
  const eventRows = events.map((one) => [
    `${one.provider} ${one.event}`,
    countText({ name: '', count: one.count }, style),
    exercised(one.outcomes, style),
    exercised(one.settled, style),
    exercised(one.faults, style),
  ])
  return [
    `${style('strong', 'Coverage')}  ${head}`,
    '',
    ...table(['OPERATION', 'STATUSES', 'FAULTS'], operationRows, style),
    '',
    ...table(['EVENT', 'TIMES', 'OUTCOMES', 'DELIVERIES', 'FAULTS'], eventRows, style),
  ]
}

function table(head: readonly string[], rows: readonly (readonly string[])[], style: Style): string[] {
  return indent(columns([head.map((cell) => style('quiet', cell)), ...rows]), '  ')
}

export function shareText({ covered, declared }: Share): string {
  return `${covered} of ${declared}`
}

/** `200×3`, `404×0`. */
function countText({ name, count }: Count, style: Style): string {
  return style(count > 0 ? 'good' : 'quiet', `${name}×${count}`)
}

function undeclared({ name, count }: Count): Count {
  return { name: `(${name})`, count }
}

/** `1/17 duplicate×2`: a list of all that did not happen says nothing more. */
function exercised(counts: readonly Count[], style: Style): string {
  const { covered, declared } = shareOf(counts)
  const names = counts.filter(({ count }) => count > 0).map((one) => countText(one, style))
  return [style('quiet', `${covered}/${declared}`), ...names].join(' ')
}
