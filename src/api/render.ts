import { isJsonObject, type Json } from '../core/json.ts'
import { isoTime } from '../core/units.ts'
import { isSuccess } from '../delivery/retry.ts'
import { properties, requiredNames, valueKeyword } from '../spec/document.ts'
import type { HeaderSchema, MediaSchema, ResponseTemplate, Schema } from '../spec/provider.ts'
import type { ValueDetails, ValueSource } from '../spec/vocabulary.ts'
import { LogEntry, type RenderContext, type Rendered } from './context.ts'
import { wireId } from './webhook-fields.ts'

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
function sourceValue(
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

/** Fills a schema: undefined means that there is nothing to say here. */
type Renderer = (context: RenderContext, value: Rendered | undefined, entry?: LogEntry) => Json | undefined

const compiled = new WeakMap<Schema, Renderer>()

/** The renderer of a response schema, compiled once for each schema. */
export function renderer(schema: Schema): Renderer {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const made = withSource(schema, shapeRenderer(schema))
  compiled.set(schema, made)
  return made
}

/** A value comes from `x-mock-value`, else from `const`, else from what is at hand. */
function withSource(schema: Schema, shape: Renderer): Renderer {
  const details = valueKeyword(schema)
  if (details !== undefined)
    return (context, _, entry) => {
      const value = sourceValue(details, context, entry)
      return value === undefined ? undefined : shape(context, value, entry)
    }
  const constant = schema.const
  return constant === undefined ? shape : () => constant
}

function shapeRenderer(schema: Schema): Renderer {
  const members = properties(schema)
  if (members.length > 0) return objectRenderer(schema, members)
  return isJsonObject(schema.items) ? listRenderer(renderer(schema.items)) : plainRenderer
}

function objectRenderer(schema: Schema, members: readonly (readonly [string, Schema])[]): Renderer {
  const required = new Set(requiredNames(schema))
  const fields = members.map(([name, child]) => ({
    name,
    render: renderer(child),
    absent: required.has(name) && allowsNull(child) ? null : undefined,
    structural: isStructural(child),
  }))
  const isEnvelope = fields.some(({ structural }) => structural)
  return (context, value, entry) => {
    if (value === null) return null
    const isMember = value === undefined || isRecord(value) || value instanceof LogEntry
    if (!isMember && !isEnvelope) return plainRenderer(context, value)
    const here = value instanceof LogEntry ? value : entry
    const out: Record<string, Json> = {}
    for (const { name, render, absent, structural } of fields) {
      const given = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
      const rendered = given === undefined && !structural ? undefined : render(context, given, here)
      const shown = rendered === undefined ? absent : rendered
      if (shown !== undefined) out[name] = shown
    }
    return out
  }
}

function listRenderer(item: Renderer): Renderer {
  return (context, value, entry) => {
    if (!Array.isArray(value)) return plainRenderer(context, value, entry)
    return (value as readonly Rendered[]).flatMap((one) => item(context, one, entry) ?? [])
  }
}

const plainRenderer: Renderer = (_, value) =>
  value instanceof LogEntry ? undefined : (value as Json | undefined)

/** Whether a schema says something without a value of its own: an envelope, a constant, a source. */
function isStructural(schema: Schema): boolean {
  if (schema.const !== undefined || valueKeyword(schema) !== undefined) return true
  return properties(schema).some(([, child]) => isStructural(child))
}

function allowsNull(schema: Schema): boolean {
  const { type } = schema
  return type === 'null' || (Array.isArray(type) && type.includes('null'))
}

function isRecord(value: Rendered | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof LogEntry)
}

/** What goes back to the client. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Null: no body. As text, so that it leaves in one piece with the headers. */
  readonly body: string | null
  /** What the body is the text of, where that is at hand. */
  readonly value?: Json
}

/** Renders what an operation declares for a status. */
export function renderAnswer(
  template: Pick<ResponseTemplate, 'status' | 'headers'>,
  content: MediaSchema | undefined,
  context: RenderContext,
  value: Rendered | undefined,
  extraHeaders: Readonly<Record<string, string>> = {},
): Answer {
  const declared = template.headers.flatMap((header) => headerLine(header, context))
  const body = content === undefined ? null : (renderer(content.schema)(context, value) ?? null)
  return {
    status: template.status,
    headers: {
      ...Object.fromEntries(declared),
      ...extraHeaders,
      ...(content !== undefined && { 'Content-Type': content.mediaType }),
    },
    ...(content === undefined ? { body: null } : { body: JSON.stringify(body), value: body }),
  }
}

function headerLine(
  { name, schema }: HeaderSchema,
  context: RenderContext,
): readonly (readonly [string, string])[] {
  if (name.toLowerCase() === 'content-type') return []
  const value = renderer(schema)(context, undefined)
  return value === undefined || value === null ? [] : [[name, String(value)]]
}
