import type { DeliveryView } from '../control/views/view-shapes.ts'
import { columns, counted, indent } from './columns.ts'
import type { Style } from './style.ts'
import { type Mark, offsetText, roughDuration, standingOf, timelineOf, tookText } from './timeline.ts'

/** One delivery and when its attempts were made, for a terminal or a plain-text report. */
export function timelineLines(delivery: DeliveryView, style: Style): string[] {
  const { event, webhook, id, attempts } = delivery
  const count = attempts.length === 0 ? 'no attempt' : counted(attempts.length, 'attempt')
  const tone = delivery.status === 'succeeded' ? 'good' : delivery.status === 'pending' ? 'warn' : 'bad'
  const head = `${style('strong', event.type)} --> ${webhook.url} ${style('quiet', `[${id}]`)}`
  const rows = timelineOf(delivery).map((mark) => markCells(mark, style))
  return [head, ...indent([`${style(tone, standingOf(delivery))}, ${count}`, ...columns(rows)], '  ')]
}

function markCells(mark: Mark, style: Style): string[] {
  const { number, at, after, word, tone, durationMs, error, faults } = mark
  const notes = [
    ...(error === null ? [] : [error]),
    ...(faults.length === 0 ? [] : [`faults: ${faults.join(', ')}`]),
  ]
  return [
    `${number}`,
    offsetText(at),
    after === null ? '' : style('quiet', `${roughDuration(after)} later`),
    style(tone, `[${word}]`),
    durationMs === null ? '' : tookText(durationMs),
    notes.join('; '),
  ]
}
