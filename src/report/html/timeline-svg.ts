import type { DeliveryView } from '../../control/views/view-shapes.ts'
import { type Mark, offsetText, standingOf, timelineOf, tookText } from '../timeline.ts'
import { type Markup, markup } from './markup.ts'
import { type TimeScale, timeScale } from './time-scale.ts'

const WIDTH = 1_000
const LANE = 46
const AXIS = 30
const LEFT = 260
const RIGHT = 970
const TICK_GAP = 44
const LETTER = 6
const LETTER_GAP = 6
const LONGEST_NAME = 30

/** The attempts of deliveries as a picture: a lane for each delivery, a mark for each attempt. */
export function timelineSvg(deliveries: readonly DeliveryView[]): Markup {
  const origin = Math.min(...deliveries.map(({ createdAt }) => Date.parse(createdAt)))
  const lanes = deliveries.map((delivery) => ({ delivery, marks: timelineOf(delivery, origin) }))
  const ends = deliveries.flatMap(({ createdAt, nextAttemptAt }) =>
    [createdAt, nextAttemptAt].filter((time) => time !== null).map((time) => Date.parse(time) - origin),
  )
  const instants = [...lanes.flatMap(({ marks }) => marks.map(({ at }) => at)), ...ends]
  const scale = timeScale(instants, { from: LEFT, to: RIGHT, tickGap: TICK_GAP })
  const height = AXIS + lanes.length * LANE
  return markup`<svg class="timeline" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Attempts over time">
${scale.ticks.map((tick) => tickMark(tick, scale, height))}
${lanes.map(({ delivery, marks }, index) => lane(delivery, marks, AXIS + index * LANE + LANE / 2, scale, origin))}
</svg>
<p class="note">Time since the first delivery, by the mock's clock.${
    scale.isEven ? '' : ' Long waits are drawn shorter than they were.'
  }</p>`
}

function tickMark(tick: number, scale: TimeScale, height: number): Markup {
  const x = round(scale.x(tick))
  return markup`<g class="tick"><line x1="${x}" x2="${x}" y1="${AXIS - 8}" y2="${height}"/><text x="${x}" y="${AXIS - 13}">${offsetText(tick)}</text></g>
`
}

function lane(
  delivery: DeliveryView,
  marks: readonly Mark[],
  y: number,
  scale: TimeScale,
  origin: number,
): Markup {
  const next = delivery.nextAttemptAt
  const start = scale.x(Math.max(0, Date.parse(delivery.createdAt) - origin))
  const end = scale.x(marks.at(-1)?.at ?? 0)
  return markup`<g class="lane">
<title>${delivery.event.type} to ${delivery.webhook.url}: ${standingOf(delivery)}</title>
<text class="name" x="0" y="${y - 3}">${cut(delivery.event.type)}</text>
<text class="where" x="0" y="${y + 12}">${cut(`${delivery.status}, ${hostOf(delivery.webhook.url)}`)}</text>
<line class="way" x1="${round(Math.min(start, end))}" x2="${round(end)}" y1="${y}" y2="${y}"/>
${next !== null && markup`<line class="way open" x1="${round(end)}" x2="${round(scale.x(Date.parse(next) - origin))}" y1="${y}" y2="${y}"/>`}
${marks.map((mark, index) => attemptMark(mark, y, scale, hasRoom(marks, index, scale)))}
</g>
`
}

/** Its outcome is told by colour and by word; what faults struck wear a ring. */
function attemptMark(mark: Mark, y: number, scale: TimeScale, isLabelled: boolean): Markup {
  const x = round(scale.x(mark.at))
  return markup`<g class="mark ${mark.tone}"><title>${describe(mark)}</title>
${mark.faults.length > 0 && markup`<circle class="struck" cx="${x}" cy="${y}" r="9.5"/>`}
<circle cx="${x}" cy="${y}" r="6"/>
${isLabelled && markup`<text x="${x}" y="${y + 20}">${mark.word}</text>`}</g>
`
}

function describe({ number, at, word, durationMs, error, faults }: Mark): string {
  const took = durationMs === null ? '' : ` in ${tookText(durationMs)}`
  const why = error === null ? '' : `: ${error}`
  return `attempt ${number} at ${offsetText(at)}: ${word}${took}${why}${faults.length === 0 ? '' : `; faults: ${faults.join(', ')}`}`
}

/** Not where its word would run into the next one; the last mark always has its word, and the title tells the others. */
function hasRoom(marks: readonly Mark[], index: number, scale: TimeScale): boolean {
  const [here, next] = [marks[index], marks[index + 1]]
  if (here === undefined || next === undefined) return true
  const wanted = ((here.word.length + next.word.length) / 2) * LETTER + LETTER_GAP
  return scale.x(next.at) - scale.x(here.at) >= wanted
}

function cut(text: string): string {
  return text.length <= LONGEST_NAME ? text : `${text.slice(0, LONGEST_NAME - 1)}…`
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host + new URL(url).pathname : url
}

function round(x: number): number {
  return Math.round(x * 10) / 10
}
