import type { RequestMessage } from '../../contract/messages.ts'
import type { Operation } from '../../spec/provider.ts'
import type { Answer } from '../answer.ts'
import type { RenderContext } from '../render-context.ts'
import type { StatusAction } from './api-plan.ts'
import { declaredAnswer } from './declared-answer.ts'

/**
 * The answer of a status fault. Without a body of its own: what the provider says when it cannot go on, where that has
 * this status; else the example of what the document declares for it; else no body.
 */
export async function faultAnswer(
  { status, headers, body }: Pick<StatusAction, 'status' | 'headers' | 'body'>,
  operation: Operation,
  message: RequestMessage,
  context: RenderContext,
  unavailable: () => Answer,
): Promise<Answer> {
  if (body !== undefined) {
    const isText = typeof body === 'string' && says(headers, 'content-type')
    return {
      status,
      headers: { ...(!says(headers, 'content-type') && { 'Content-Type': 'application/json' }), ...headers },
      body: isText ? (body as string) : JSON.stringify(body),
    }
  }
  const template = operation.responses.get(status)
  if (template === undefined) return { status, headers, body: null }
  const own = unavailable()
  const declared =
    own.status === status
      ? own
      : await declaredAnswer(template, operation, message, context, retryAfter(headers))
  return { ...declared, status, headers: withHeaders(declared.headers, headers) }
}

function says(headers: Readonly<Record<string, string>>, name: string): boolean {
  return Object.keys(headers).some((one) => one.toLowerCase() === name)
}

function retryAfter(headers: Readonly<Record<string, string>>): string | undefined {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === 'retry-after')?.[1]
}

/** A header of the fault takes the place of a declared one, whatever its case. */
function withHeaders(
  declared: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const kept = Object.entries(declared).filter(([name]) => !says(own, name.toLowerCase()))
  return { ...Object.fromEntries(kept), ...own }
}
