import { isJsonObject, type Json } from '../core/json.ts'
import { type ExactJson, written } from '../core/number-text.ts'
import { sourceValue } from '../event/value-sources.ts'
import { properties, requiredNames, valueKeyword } from '../spec/document.ts'
import type { HeaderSchema, MediaSchema, ResponseTemplate, Schema } from '../spec/provider.ts'
import type { ValueDetails } from '../spec/vocabulary.ts'
import { LogEntry, type RenderContext, type Rendered } from './context.ts'

/** Fills a schema; undefined where there is no value for it. */
type Renderer = (
  context: RenderContext,
  value: Rendered | undefined,
  entry?: LogEntry,
) => ExactJson | undefined

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
      const value =
        details.from === 'result' ? resultValue(details, context) : sourceValue(details, context, entry)
      return value === undefined ? undefined : shape(context, value, entry)
    }
  const constant = schema.const
  return constant === undefined ? shape : () => constant
}

function resultValue({ as }: ValueDetails, { result }: RenderContext): Rendered | undefined {
  return as === 'json-string' && result !== undefined ? written(result as ExactJson).text : result
}

function shapeRenderer(schema: Schema): Renderer {
  const members = properties(schema)
  if (members.length > 0) return objectRenderer(schema, members)
  const choices = alternatives(schema)
  if (choices.length > 0) return choiceRenderer(choices)
  return isJsonObject(schema.items) ? listRenderer(renderer(schema.items)) : plainRenderer
}

function objectRenderer(schema: Schema, members: readonly (readonly [string, Schema])[]): Renderer {
  const required = new Set(requiredNames(schema))
  const fields = members.map(([name, child]) => ({
    name,
    render: renderer(child),
    absent: required.has(name) && allowsNull(child) ? null : undefined,
    neverNull: !required.has(name) && child.type !== undefined && !allowsNull(child),
    structural: isStructural(child),
  }))
  const isEnvelope = fields.some(({ structural }) => structural)
  return (context, value, entry) => {
    if (value === null) return null
    const isMember = value === undefined || isRecord(value) || value instanceof LogEntry
    if (!isMember && !isEnvelope) return plainRenderer(context, value)
    const here = value instanceof LogEntry ? value : entry
    const out: Record<string, ExactJson> = {}
    for (const { name, render, absent, structural, neverNull } of fields) {
      const existing = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
      const rendered = existing === undefined && !structural ? undefined : render(context, existing, here)
      const shown = rendered === undefined || (rendered === null && neverNull) ? absent : rendered
      if (shown !== undefined) out[name] = shown
    }
    return out
  }
}

function alternatives({ oneOf }: Schema): readonly Schema[] {
  return Array.isArray(oneOf) ? (oneOf as readonly Json[]).filter(isJsonObject) : []
}

/**
 * An object is rendered by the alternative all of whose required members it has; else a list by the first that has room
 * for one, and a single result by the first that has not.
 */
function choiceRenderer(choices: readonly Schema[]): Renderer {
  const made = choices.map((schema) => ({
    isList: hasList(schema),
    required: requiredNames(schema),
    render: renderer(schema),
  }))
  return (context, value, entry) => {
    const isList = Array.isArray(value)
    const isWhole = ({ required }: { readonly required: readonly string[] }) =>
      isRecord(value) && required.length > 0 && required.every((name) => Object.hasOwn(value, name))
    const fitting = made.find(isWhole) ?? made.find((one) => one.isList === isList) ?? made[0]
    return fitting?.render(context, value, entry)
  }
}

/** Whether the result of an operation is rendered as a list: all of it, or one of its members. */
function hasList(schema: Schema): boolean {
  if (isJsonObject(schema.items)) return true
  return properties(schema).some(
    ([, child]) => valueKeyword(child)?.from === 'result' && isJsonObject(child.items),
  )
}

function listRenderer(item: Renderer): Renderer {
  return (context, value, entry) => {
    if (!Array.isArray(value)) return plainRenderer(context, value, entry)
    return (value as readonly Rendered[]).flatMap((one) => item(context, one, entry) ?? [])
  }
}

const plainRenderer: Renderer = (_, value) =>
  value instanceof LogEntry ? undefined : (value as ExactJson | undefined)

/** Whether a schema renders something without a value: an envelope, a constant, a source. */
function isStructural(schema: Schema): boolean {
  if (schema.const !== undefined || valueKeyword(schema) !== undefined) return true
  if (alternatives(schema).some(isStructural)) return true
  return properties(schema).some(([, child]) => isStructural(child))
}

function allowsNull(schema: Schema): boolean {
  const { type } = schema
  return type === 'null' || (Array.isArray(type) && type.includes('null'))
}

function isRecord(value: Rendered | undefined): value is Readonly<Record<string, ExactJson>> {
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
  entry?: LogEntry,
): Answer {
  const declared = template.headers.flatMap((header) => headerLine(header, context))
  const body = content === undefined ? null : (renderer(content.schema)(context, value, entry) ?? null)
  return {
    status: template.status,
    headers: {
      ...Object.fromEntries(declared),
      ...extraHeaders,
      ...(content !== undefined && { 'Content-Type': content.mediaType }),
    },
    ...(content === undefined ? { body: null } : answerBody(body)),
  }
}

function answerBody(body: ExactJson): Pick<Answer, 'body' | 'value'> {
  const { text, value } = written(body)
  return { body: text, value }
}

function headerLine(
  { name, schema }: HeaderSchema,
  context: RenderContext,
): readonly (readonly [string, string])[] {
  if (name.toLowerCase() === 'content-type') return []
  const value = renderer(schema)(context, undefined)
  return value === undefined || value === null ? [] : [[name, String(value)]]
}
