import type { DeliveryView } from '../../api/views.ts'
import { fitColumns } from '../../core/text.ts'
import { type Mark, offsetText, standingOf, timelineOf, tookText } from '../timeline.ts'
import { type Markup, markup } from './markup.ts'

type Side = 'below' | 'above' | null

const GAP = 6

/**
 * Where the words of marks stand that follow each other from left to right: below, above where the one before is in the
 * way, nowhere where there is no room at all. The last one, which says how it ended, always has its word.
 */
export function labelSides(
  marks: readonly { readonly x: number; readonly width: number }[],
): readonly Side[] {
  const sides: Side[] = []
  const ends = { below: Number.NEGATIVE_INFINITY, above: Number.NEGATIVE_INFINITY }
  for (const [index, { x, width }] of marks.entries()) {
    const start = x - width / 2
    const fits = (['below', 'above'] as const).find((side) => start >= ends[side] + GAP)
    const isLast = index === marks.length - 1
    const side = fits ?? (isLast ? 'below' : null)
    if (fits === undefined && isLast) giveWay(sides, marks, start)
    sides.push(side)
    if (side !== null) ends[side] = x + width / 2
  }
  return sides
}

function giveWay(
  sides: Side[],
  marks: readonly { readonly x: number; readonly width: number }[],
  start: number,
) {
  for (const [index, side] of sides.entries()) {
    const { x = 0, width = 0 } = marks[index] ?? {}
    if (side === 'below' && x + width / 2 + GAP > start) sides[index] = null
  }
}

/** Where the instants of a timeline stand on its axis. */
interface TimeScale {
  /** @param at milliseconds since the start of the axis */
  readonly x: (at: number) => number
  /** Instants to be labelled, with room to be read. */
  readonly ticks: readonly number[]
  /** Whether equal distances are equal times. */
  readonly isEven: boolean
}

/** Where the longest wait is no more than so many times the shortest, the axis is even. */
const EVEN_UP_TO = 12

/** Of more instants than this, those that are close together count as one. */
const MAX_STOPS = 40

const SAME_SHARE = 1 / 1_000

/**
 * An axis for waits that differ by orders of magnitude (10 s, then a day): each wait is as wide as the logarithm of its
 * length, so the first retries do not overlap and the last ones stay on the page.
 */
export function timeScale(
  instants: readonly number[],
  { from, to, tickGap }: { readonly from: number; readonly to: number; readonly tickGap: number },
): TimeScale {
  const stops = distinct(instants)
  const last = stops.at(-1) ?? 0
  const gaps = stops.slice(1).map((stop, index) => stop - (stops[index] ?? 0))
  const shortest = Math.min(...gaps)
  const isEven = gaps.length < 2 || Math.max(...gaps) <= EVEN_UP_TO * shortest
  const widths = gaps.map((gap) => (isEven ? gap : 2 + Math.log2(gap / shortest)))
  const total = widths.reduce((sum, width) => sum + width, 0)
  const places = [from]
  for (const width of widths) places.push((places.at(-1) ?? from) + (width / total) * (to - from))
  const x = (at: number) => {
    if (gaps.length === 0 || at <= 0) return from
    if (at >= last) return to
    const next = stops.findIndex((stop) => stop > at)
    const [start = 0, end = last] = [stops[next - 1], stops[next]]
    const [left = from, right = to] = [places[next - 1], places[next]]
    return left + ((at - start) / (end - start)) * (right - left)
  }
  return { x, ticks: readable(stops, x, tickGap), isEven }
}

/** In order, from 0. */
function distinct(instants: readonly number[]): readonly number[] {
  const sorted = [...instants].sort((a, b) => a - b)
  const least = sorted.length > MAX_STOPS ? Math.max(1, (sorted.at(-1) ?? 0) * SAME_SHARE) : 1
  const stops = [0]
  for (const at of sorted) if (at - (stops.at(-1) ?? 0) >= least) stops.push(at)
  return stops
}

function readable(stops: readonly number[], x: (at: number) => number, gap: number): readonly number[] {
  const shown: number[] = []
  for (const stop of stops) if (shown.length === 0 || x(stop) - x(shown.at(-1) ?? 0) >= gap) shown.push(stop)
  return shown
}

const WIDTH = 1_000

const LANE = 46

const AXIS = 30

const LEFT = 260

const RIGHT = 970

const TICK_GAP = 44

const LETTER = 6

const NAME_COLUMNS = 32

const PLACE_COLUMNS = 40

/** What a file calls events and webhooks, by their ids. */
export type Names = Readonly<Record<string, string>>

/** The attempts of deliveries as a picture: a lane for each delivery, a mark for each attempt. */
export function timelineSvg(deliveries: readonly DeliveryView[], names: Names = {}): Markup {
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
${lanes.map(({ delivery, marks }, index) => lane({ delivery, marks, y: AXIS + index * LANE + LANE / 2, names }, scale, origin))}
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

interface Lane {
  readonly delivery: DeliveryView
  readonly marks: readonly Mark[]
  readonly y: number
  readonly names: Names
}

function lane({ delivery, marks, y, names }: Lane, scale: TimeScale, origin: number): Markup {
  const { event, webhook, status } = delivery
  const [eventName, hookName] = [names[event.id], names[webhook.id]]
  const what = eventName === undefined ? event.type : `${eventName}: ${event.type}`
  const whither = hookName === undefined ? hostOf(webhook.url) : `to ${hookName}, ${hostOf(webhook.url)}`
  const sides = labelSides(marks.map(({ at, word }) => ({ x: scale.x(at), width: word.length * LETTER })))
  const next = delivery.nextAttemptAt
  const start = scale.x(Math.max(0, Date.parse(delivery.createdAt) - origin))
  const end = scale.x(marks.at(-1)?.at ?? 0)
  return markup`<g class="lane">
<title>${what} to ${webhook.url}: ${standingOf(delivery)}</title>
<text class="name" x="0" y="${y - 3}">${fitColumns(what, NAME_COLUMNS)}</text>
<text class="where" x="0" y="${y + 12}">${fitColumns(`${status} ${whither}`, PLACE_COLUMNS)}</text>
<line class="way" x1="${round(Math.min(start, end))}" x2="${round(end)}" y1="${y}" y2="${y}"/>
${next !== null && markup`<line class="way open" x1="${round(end)}" x2="${round(scale.x(Date.parse(next) - origin))}" y1="${y}" y2="${y}"/>`}
${marks.map((mark, index) => attemptMark(mark, y, scale, sides[index] ?? null))}
</g>
`
}

/** Its outcome is shown by colour and by word; an attempt with faults has a ring. */
function attemptMark(mark: Mark, y: number, scale: TimeScale, side: Side): Markup {
  const x = round(scale.x(mark.at))
  return markup`<g class="mark ${mark.tone}"><title>${describe(mark)}</title>
${mark.faults.length > 0 && markup`<circle class="faulty" cx="${x}" cy="${y}" r="9.5"/>`}
<circle cx="${x}" cy="${y}" r="6"/>
${side !== null && markup`<text x="${x}" y="${y + (side === 'below' ? 20 : -11)}">${mark.word}</text>`}</g>
`
}

function describe({ number, at, word, durationMs, error, faults }: Mark): string {
  const took = durationMs === null ? '' : ` in ${tookText(durationMs)}`
  const why = error === null ? '' : `: ${error}`
  return `attempt ${number} at ${offsetText(at)}: ${word}${took}${why}${faults.length === 0 ? '' : `; faults: ${faults.join(', ')}`}`
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host + new URL(url).pathname : url
}

function round(x: number): number {
  return Math.round(x * 10) / 10
}
