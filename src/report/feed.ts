import { feedView } from '../api/views.ts'
import type { ClockMode } from '../core/clock.ts'
import type { FeedEntry } from '../core/feed.ts'
import type { Event, Skip, Violation } from '../core/model.ts'
import { outcomeWord } from '../core/text.ts'
import { formatDuration } from '../core/units.ts'
import {
  blockedText,
  counted,
  faultsText,
  otherTarget,
  outcomeTone,
  type Style,
  statusTone,
  timeOfDay,
} from './terminal.ts'
/** One entry as one line of JSON, `type` first, in the control API's shapes. */
export function feedJson(entry: FeedEntry): string {
  return JSON.stringify(feedView(entry))
}

/**
 * Why an event is not delivered, to anyone or to some: `no delivery: 1 webhook watches 0123.456.789, the event is for
 * 0403.170.701`. Webhooks with the same reason share a line.
 */
export function noDeliveryLines(provider: string, deliveries: number, skipped: readonly Skip[]): string[] {
  if (deliveries === 0 && skipped.length === 0)
    return [`no delivery: no webhook is registered with ${provider} for this account`]
  const reasons = new Map<string, number>()
  for (const { webhook, reason } of skipped)
    if (webhook !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  const head = deliveries === 0 ? 'no delivery' : 'not delivered'
  return [
    ...skipped.flatMap(({ webhook, reason }) => (webhook === null ? [`${head}: ${reason}`] : [])),
    ...[...reasons].map(([reason, count]) => `${head}: ${webhooks(count, reason)}`),
  ]
}

/** Reasons continue a sentence about one webhook, so several are listed one by one. */
function webhooks(count: number, reason: string): string {
  const subject = counted(count, 'webhook')
  return count === 1 ? `${subject} ${reason}` : `${subject}, each ${reason}`
}

interface FeedScreen {
  readonly style: Style
  readonly clock: ClockMode
  /** The wall clock, for entries that carry no time of their own. */
  readonly now: () => number
  /** Ids of providers of which several variants are served: their lines say which one it is. */
  readonly ambiguous?: ReadonlySet<string>
}

/** What stands between the time and the text, three columns wide: which way a message goes. */
const GUTTERS = {
  request: 'api',
  event: '-->',
  attempt: '<--',
  stopped: '-x-',
  warning: ' ! ',
  note: ' i ',
} as const

type Gutter = keyof typeof GUTTERS

type Entry<T extends FeedEntry['type']> = Extract<FeedEntry, { type: T }>

type Renderers = { readonly [T in FeedEntry['type']]: (entry: Entry<T>, screen: FeedScreen) => string[] }

const RENDERERS: Renderers = {
  request({ request }, screen) {
    const { status, faults = [] } = request
    // A cut answer has no status: its fault stands there.
    const word = status === 0 ? (faults.find((name) => CUTS.has(name)) ?? 'no answer') : String(status)
    const answered = screen.style(status === 0 ? 'bad' : statusTone(status), word)
    const text = `${request.method} ${request.path} ${answered} ${took(request.durationMs, screen)}${faultsSuffix(faults)}`
    // Its violations follow as entries of their own.
    return [line('request', request.at, text, screen)]
  },
  event({ event, deliveries, skipped }, screen) {
    const { style } = screen
    const head = `${which(event, screen)}${style('strong', event.type)} ${style('quiet', `[${event.id}]`)}`
    const why = noDeliveryLines(event.provider, deliveries.length, skipped)
    return [
      line('event', event.occurredAt, head, screen),
      ...why.map((text) =>
        line('stopped', event.occurredAt, style(deliveries.length === 0 ? 'warn' : 'quiet', text), screen),
      ),
    ]
  },
  attempt({ attempt, attemptLimit, delayMs, event }, screen) {
    const { outcome, request } = attempt
    const { style } = screen
    if (outcome === null) return []
    if (outcome.kind === 'blocked')
      return [
        line('stopped', attempt.sentAt, which(event, screen) + style('warn', blockedText(outcome)), screen),
      ]
    const code = style(outcomeTone(outcome), `[${outcomeWord(outcome)}]`)
    const target = otherTarget(request)
    const where = target === null ? '' : ` -> ${target}`
    const count = `attempt ${attempt.number}${attemptLimit === null ? '' : `/${attemptLimit}`}`
    const next = nextIn(delayMs)
    const faults = attempt.faults.length === 0 ? '' : `, ${style('warn', faultsText(attempt.faults))}`
    const text = `${which(event, screen)}${code} ${request.method} ${request.url}${where} ${took(attempt.durationMs ?? 0, screen)} ${count}${next}${faults}`
    return [line('attempt', attempt.sentAt, text, screen)]
  },
  settled({ delivery, event }, screen) {
    const words = SETTLED[delivery.status]
    if (words === undefined) return []
    const why = delivery.reason === null ? '' : `: ${delivery.reason}`
    const text = `${screen.style('bad', words)} ${which(event, screen)}${event.type} ${screen.style('quiet', `[${event.id}]`)}${why}`
    return [line('stopped', delivery.settledAt ?? screen.now(), text, screen)]
  },
  violation: (entry, screen) => [violation(entry.violation, screen)],
  notice: ({ text }, screen) => [line('note', screen.now(), text, screen)],
}

function which({ provider }: Pick<Event, 'provider'>, { ambiguous }: FeedScreen): string {
  return ambiguous?.has(provider) ? `${provider} ` : ''
}

/** Faults that take the place of an answer. */
const CUTS: ReadonlySet<string> = new Set(['timeout', 'reset', 'empty', 'malformed'])

function faultsSuffix(faults: readonly string[]): string {
  if (faults.length === 0) return ''
  return `  ${faultsText(faults)}`
}

/** A success and a block are shown by their attempt already. */
const SETTLED: Readonly<Partial<Record<string, string>>> = { exhausted: 'gave up on', cancelled: 'cancelled' }

/** The lines of the screen for one entry: `14:32:15  -->  note.created [evt_…]`. */
export function feedLines(entry: FeedEntry, screen: FeedScreen): string[] {
  const render = RENDERERS[entry.type] as (entry: FeedEntry, screen: FeedScreen) => string[]
  return render(entry, screen)
}

function line(gutter: Gutter, at: number, text: string, { style }: FeedScreen): string {
  return `${style('quiet', timeOfDay(at))}  ${style(gutter === 'warning' ? 'warn' : 'quiet', GUTTERS[gutter])}  ${text}`
}

function violation({ by, provider, operation, location, message }: Violation, screen: FeedScreen): string {
  const where = [provider, operation].filter((part) => part !== null).join(' ')
  // Some messages name their place themselves.
  const what = message.startsWith(`${location} `) ? message : `${location} ${message}`
  return line(
    'warning',
    screen.now(),
    screen.style('warn', `violation by the ${by}: ${where}: ${what}`),
    screen,
  )
}

function took(ms: number, { style }: FeedScreen): string {
  return style('quiet', `(${Math.round(ms)}ms)`)
}

function nextIn(delayMs: number | null): string {
  return delayMs === null ? '' : `, next in ${formatDuration(delayMs)}`
}
