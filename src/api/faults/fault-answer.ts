import type { RequestMessage } from '../../contract/messages.ts'
import { isJsonObject } from '../../core/json.ts'
import type { Operation } from '../../spec/provider.ts'
import type { Answer } from '../answer.ts'
import { exampleAnswer } from '../example-answer.ts'
import type { StatusAction } from './api-plan.ts'

/**
 * The answer of a status fault. Without a body of its own: what the provider says when it cannot go on, where that has
 * this status; else the example of what the document declares for it; else no body.
 */
export async function faultAnswer(
  { status, headers, body }: Pick<StatusAction, 'status' | 'headers' | 'body'>,
  operation: Operation,
  message: RequestMessage,
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
  const declared = await declaredAnswer(status, operation, message, unavailable)
  return { ...declared, status, headers: withHeaders(declared.headers, headers) }
}

async function declaredAnswer(
  status: number,
  operation: Operation,
  message: RequestMessage,
  unavailable: () => Answer,
): Promise<Answer> {
  if (!operation.responses.has(status)) return { status, headers: {}, body: null }
  const own = unavailable()
  if (own.status === status) return own
  return exampleAnswer(operation, message, status)
}

function says(headers: Readonly<Record<string, string>>, name: string): boolean {
  return isJsonObject(headers) && Object.keys(headers).some((one) => one.toLowerCase() === name)
}

/** A header of the fault takes the place of a declared one, whatever its case. */
function withHeaders(
  declared: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const kept = Object.entries(declared).filter(([name]) => !says(own, name.toLowerCase()))
  return { ...Object.fromEntries(kept), ...own }
}
