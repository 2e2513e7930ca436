import type { RequestMessage } from '../../contract/messages.ts'
import { isJsonObject, type Json, parsedJson } from '../../core/json.ts'
import type { HeaderSchema, MediaSchema, Operation, ResponseTemplate } from '../../spec/provider.ts'
import type { Answer } from '../answer.ts'
import { exampleAnswer } from '../example-answer.ts'
import { contentFor } from '../refusal.ts'
import type { RenderContext } from '../render-context.ts'
import { renderer } from '../renderer.ts'

/** Headers that say in how many seconds another request makes sense: RFC 9110, 10.2.3; draft-ietf-httpapi-ratelimit-headers. */
const WAITS: ReadonlySet<string> = new Set(['retry-after', 'ratelimit-reset'])
const WAIT = '1'

/**
 * The document's example for a status, with what the provider fills in by itself (ids, times) filled in. Of the headers
 * those that are declared and have a value or an example; one that says how long to wait says a second.
 *
 * @param wait seconds, where the fault says how long to wait
 */
export async function declaredAnswer(
  { status, contents, headers }: ResponseTemplate,
  operation: Operation,
  message: RequestMessage,
  context: RenderContext,
  wait = WAIT,
): Promise<Answer> {
  const content = contentFor(contents, undefined, message.headers.accept ?? '*/*')
  const accepting = { ...message.headers, ...(content !== undefined && { accept: content.mediaType }) }
  const sample = await exampleAnswer(operation, { ...message, headers: accepting }, status)
  const lines = headers.flatMap((header) => {
    const value = headerValue(header, exampleOf(operation, status, header.name), sample, context, wait)
    return value === undefined ? [] : [[header.name, value] as const]
  })
  return {
    status,
    headers: {
      ...Object.fromEntries(lines),
      ...(content !== undefined && { 'Content-Type': content.mediaType }),
    },
    body: content === undefined ? null : filled(sample.body, content, context),
  }
}

function headerValue(
  { name, schema }: HeaderSchema,
  { example, isRequired }: { readonly example: Json | undefined; readonly isRequired: boolean },
  sample: Answer,
  context: RenderContext,
  wait: string,
): string | undefined {
  const key = name.toLowerCase()
  if (key === 'content-type') return undefined
  if (WAITS.has(key)) return wait
  const value = renderer(schema)(context, undefined) ?? example
  if (value !== undefined && value !== null) return String(value)
  return isRequired ? sample.headers[name] : undefined
}

function exampleOf({ http }: Operation, status: number, name: string) {
  const headers = http.responses.find(({ code }) => code === String(status))?.headers ?? []
  const header = headers.find((one) => one.name === name)
  const [first] = header?.examples ?? []
  const example = first !== undefined && 'value' in first ? (first.value as Json) : undefined
  return { example, isRequired: header?.required === true }
}

function filled(body: string | null, { schema }: MediaSchema, context: RenderContext): string | null {
  if (body === null) return null
  const example = parsedJson(body)
  return example === undefined ? body : JSON.stringify(over(example, renderer(schema)(context, example)))
}

/** What was filled in, over the example: what the provider draws from an error of its own stays as the example has it. */
function over(example: Json, rendered: Json | undefined): Json {
  if (rendered === undefined || rendered === null) return example
  if (!isJsonObject(example) || !isJsonObject(rendered)) return rendered
  const members = Object.entries(example).map(([name, value]) => [name, over(value, rendered[name])] as const)
  return { ...rendered, ...Object.fromEntries(members) }
}
