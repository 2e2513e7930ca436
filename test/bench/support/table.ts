import { isMet } from './rows.ts'
import type { Row, Spread } from './setting.ts'

const HEAD = ['what', 'unit', 'hookproof (min–max)', 'bare (min–max)', 'ratio', 'goal', '']

/** The rows as a table in plain text. */
export function table(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map(cells)]
  const widths = HEAD.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)))
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function cells(row: Row): readonly string[] {
  const { name, unit, ours, bare, ratio, goal } = row
  return [
    name,
    unit,
    withRange(ours),
    bare === null ? '–' : `${withRange(bare)} ${bare.what}`,
    ratio === null ? '–' : figure(ratio.median),
    goal === null ? '–' : `${goal.of === 'ratio' ? 'ratio ' : ''}${bound(goal)}`,
    { null: '', true: 'met', false: 'MISSED' }[String(isMet(row))] ?? '',
  ]
}

function bound({ atMost, atLeast }: NonNullable<Row['goal']>): string {
  return atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`
}

function withRange({ median, min, max }: Spread): string {
  return `${figure(median)} (${figure(min)}–${figure(max)})`
}

function figure(value: number): string {
  if (Number.isNaN(value)) return '?'
  return value >= 100 ? String(Math.round(value)) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
