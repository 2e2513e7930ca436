import type { Json } from '../core/json.ts'
import type { HeaderSchema, MediaSchema, ResponseTemplate } from '../spec/provider.ts'
import type { RenderContext, Rendered } from './render-context.ts'
import { renderer } from './renderer.ts'

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
