/** Where the instants of a timeline stand on its axis. */
export interface TimeScale {
  /** @param at milliseconds since the start of the axis */
  readonly x: (at: number) => number
  /** Instants to be labelled, far enough apart to be read. */
  readonly ticks: readonly number[]
  /** Whether equal distances are equal times. */
  readonly isEven: boolean
}

/** Where the longest wait is no more than so many times the shortest, the axis is even. */
const EVEN_UP_TO = 12
/** Of more instants than this, those that are close together count as one. */
const MOST_STOPS = 40
const SAME_SHARE = 1 / 1_000

/**
 * An axis for waits that differ by orders of magnitude (10 s, then a day): each wait is as wide as the logarithm of its
 * length, so the first retries stay apart and the last ones stay on the page.
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
  const least = sorted.length > MOST_STOPS ? Math.max(1, (sorted.at(-1) ?? 0) * SAME_SHARE) : 1
  const stops = [0]
  for (const at of sorted) if (at - (stops.at(-1) ?? 0) >= least) stops.push(at)
  return stops
}

function readable(stops: readonly number[], x: (at: number) => number, gap: number): readonly number[] {
  const shown: number[] = []
  for (const stop of stops) if (shown.length === 0 || x(stop) - x(shown.at(-1) ?? 0) >= gap) shown.push(stop)
  return shown
}
