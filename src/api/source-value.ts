import { isoTime } from '../core/iso-time.ts'
import type { Json } from '../core/json.ts'
import { isSuccess } from '../delivery/retry-on.ts'
import type { ValueDetails, ValueSource } from '../spec/vocabulary.ts'
import type { LogEntry } from './log-entry.ts'
import type { RenderContext, Rendered } from './render-context.ts'
import { wireId } from './webhook-view.ts'

type Source = (
  context: RenderContext,
  entry: LogEntry | undefined,
  details: ValueDetails,
) => Rendered | undefined
type EntrySource = (entry: LogEntry, details: ValueDetails) => Json | undefined

const pages = ({ total, size }: { total: number; size: number }) => Math.max(1, Math.ceil(total / size))

const CONTEXT_SOURCES: Partial<Record<ValueSource, Source>> = {
  now: ({ now }, _, { precision }) => isoTime(now, precision),
  result: ({ result }) => result,
  'request.id': ({ requestId }) => requestId,
  'request.path': ({ requestPath }) => requestPath,
  'page.number': ({ page }) => page?.number,
  'page.size': ({ page }) => page?.size,
  'page.total': ({ page }) => page?.total,
  'page.pages': ({ page }) => page && pages(page),
  'page.has-next': ({ page }) => page && page.number - page.base + 1 < pages(page),
  'page.has-previous': ({ page }) => page && page.number > page.base,
  'filters.changed': ({ filtersChanged }) => filtersChanged,
  'error.status': ({ error }) => error?.status,
  'error.code': ({ error }) => error?.code,
  'error.title': ({ error }) => error?.title,
  'error.message': ({ error }) => error?.message,
  'error.details': ({ error }) => error?.details,
}

const ENTRY_SOURCES: Partial<Record<ValueSource, EntrySource>> = {
  'event.id': ({ event }) => event.providerId,
  'event.type': ({ event }) => event.type,
  'event.occurred-at': ({ event }, { precision }) => isoTime(event.occurredAt, precision),
  'event.body': ({ event }) => event.body.text,
  'webhook.id': ({ provider, webhook }) => wireId(provider.resource.id, webhook.providerId),
  'webhook.url': ({ webhook }) => webhook.url,
  'delivery.id': ({ delivery }) => delivery.id,
  'attempt.id': ({ provider, attempt }) => wireId(provider.delivery.attemptId, attempt.providerId),
  'attempt.number': ({ attempt }) => attempt.number,
  'attempt.sequence': ({ attempt }) => attempt.sequence,
  'attempt.status': (entry, { words }) => words?.[attemptState(entry)] ?? attemptState(entry),
  'attempt.code': ({ attempt: { outcome } }) => (outcome?.kind === 'responded' ? outcome.status : null),
  'attempt.succeeded': (entry) => succeeded(entry),
  'attempt.error': (entry) => attemptError(entry),
  'attempt.duration': ({ attempt }) => (attempt.durationMs === null ? null : Math.round(attempt.durationMs)),
  'attempt.sent-at': ({ attempt }, { precision }) => isoTime(attempt.sentAt, precision),
  'attempt.request-headers': ({ attempt }) => Object.fromEntries(attempt.request.headers),
  'attempt.response-body': ({ attempt: { outcome } }) =>
    outcome?.kind === 'responded' ? outcome.body.text : null,
}

/** The value that a source gives here, or undefined where it has nothing to say. */
export function sourceValue(
  details: ValueDetails,
  context: RenderContext,
  entry: LogEntry | undefined,
): Rendered | undefined {
  const value =
    CONTEXT_SOURCES[details.from]?.(context, entry, details) ??
    (entry === undefined ? undefined : ENTRY_SOURCES[details.from]?.(entry, details))
  return details.as === 'json-string' && value !== undefined ? JSON.stringify(value) : value
}

function succeeded({ attempt: { outcome }, provider }: LogEntry): boolean {
  return outcome?.kind === 'responded' && isSuccess(outcome.status, provider.delivery.success)
}

function attemptState(entry: LogEntry): 'delivered' | 'failed' | 'retrying' {
  if (succeeded(entry)) return 'delivered'
  const isLatest = entry.attempt.number === entry.delivery.attempts
  return isLatest && entry.delivery.status === 'pending' ? 'retrying' : 'failed'
}

function attemptError(entry: LogEntry): string | null {
  const { outcome } = entry.attempt
  if (outcome === null || succeeded(entry)) return null
  return outcome.kind === 'responded' ? `HTTP ${outcome.status}` : outcome.error
}
