import { describeLocation } from '../core/errors.ts'
import type { StepResult } from '../scenario/scenario-result.ts'
import { columns, counted } from './columns.ts'
import type { Style } from './style.ts'
import { mostTelling, tellingRank } from './timeline.ts'
import { timelineLines } from './timeline-lines.ts'

/** Timelines shown below one step; an expectation over a burst would bury the rest. */
const MOST_TIMELINES = 5
/** The first of them tell the story; a JSON report has all. */
const MOST_MISMATCHES = 10
const LONGEST_VALUE = 300

/** What went wrong in one line: `attempts: expected 3, got 2`. */
export function failureSummary(step: Pick<StepResult, 'mismatches' | 'error' | 'title'>): string {
  const [first, ...others] = step.mismatches
  if (step.error !== null) return firstProblem(step.error.message)
  if (first === undefined) return step.title
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return `${first.what}: expected ${short(first.expected)}, got ${short(first.actual)}${more}`
}

/** The first line of what is wrong; of several problems, the first one and how many others there are. */
export function firstProblem(message: string): string {
  const [first = ''] = message.split('\n', 1)
  const [, more] = /(?:^|\s)(\d+) more problems?:$/m.exec(message) ?? []
  if (more === undefined) return first
  const one = first.replace(/ \d+ more problems?:$/, '')
  return `${one} (and ${counted(Number(more), 'more problem')})`
}

/** What went wrong in full: the expected, the actual, and how the deliveries that were looked at went. */
export function failureLines(step: StepResult, style: Style): string[] {
  const unsaid = step.mismatches.length - MOST_MISMATCHES
  const values = step.mismatches.slice(0, MOST_MISMATCHES).flatMap(({ what, expected, actual }) => [
    [what, 'expected', style('good', short(expected))],
    ['', 'but got', style('bad', short(actual))],
  ])
  const shown = mostTelling(step.deliveries, MOST_TIMELINES, tellingRank)
  const left = step.deliveries.length - shown.length
  return [
    ...(step.error === null ? [] : step.error.message.split('\n')),
    ...columns(values),
    ...(unsaid > 0 ? [`… ${counted(unsaid, 'more mismatch', 'more mismatches')}`] : []),
    ...shown.flatMap((delivery) => timelineLines(delivery, style)),
    ...(left === 0 ? [] : [`… ${counted(left, 'more delivery', 'more deliveries')}`]),
  ]
}

/** `scenarios/down.yaml:14:5`, without the pointer, as editors and terminals open it. */
export function placeOf({ at }: Pick<StepResult, 'at'>): string {
  const { pointer: _pointer, ...place } = at
  return describeLocation(place)
}

/** Values come from receivers and payloads: their control characters must not reach a terminal. */
function short(text: string): string {
  const line = text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/\p{Cc}/gu, escaped)
  return line.length <= LONGEST_VALUE ? line : `${line.slice(0, LONGEST_VALUE)}… (${line.length} characters)`
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
