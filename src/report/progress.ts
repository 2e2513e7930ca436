import type { RunCounts } from './run-counts.ts'
import type { Style } from './style.ts'

const WIDTH = 24

/** `[=======>                ] 12/40, 1 failed  the name of what runs`, never wider than the terminal. */
export function progressBar(
  counts: RunCounts,
  { total, running, columns }: { readonly total: number; readonly running: string; readonly columns: number },
  style: Style,
): string {
  const done = counts.passed + counts.failed + counts.skipped
  const filled = total === 0 ? WIDTH : Math.floor((done / total) * WIDTH)
  const bar =
    `${'='.repeat(Math.max(0, filled - 1))}${filled === 0 ? '' : done === total ? '=' : '>'}`.padEnd(WIDTH)
  const failed = counts.failed === 0 ? '' : `, ${counts.failed} failed`
  const text = `${done}/${total}${failed}`
  const room = columns - WIDTH - text.length - 6
  const name =
    room < 4 || running === ''
      ? ''
      : `  ${running.length > room ? `${running.slice(0, room - 1)}…` : running}`
  return `[${style(counts.failed === 0 ? 'good' : 'bad', bar)}] ${text}${style('quiet', name)}`
}
