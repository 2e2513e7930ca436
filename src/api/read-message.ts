import type { RequestMessage } from '../contract/messages.ts'
import type { Operation } from '../spec/provider.ts'
import type { ApiRequest } from './handle.ts'
import { parseJson } from './incoming.ts'
import type { RequestProblem } from './problem.ts'
import { mediaTypeProblem } from './request-problems.ts'

/** A request as the contract sees it, and why its body could not be read. */
export function readMessage(
  operation: Operation,
  { method, path, query, headers, incoming }: ApiRequest,
): { readonly message: RequestMessage; readonly problem: RequestProblem | null } {
  const blank: RequestMessage = { method, path, query, headers, body: undefined, bodyLength: 0 }
  if (operation.body === null) return { message: blank, problem: null }
  if ('problem' in incoming) return { message: blank, problem: incoming.problem }
  const bodyLength = incoming.bytes.length
  if (bodyLength === 0) return { message: blank, problem: null }
  const wrongType = mediaTypeProblem(operation, headers['content-type'])
  const parsed = parseJson(incoming.bytes)
  if ('problem' in parsed) return { message: { ...blank, bodyLength }, problem: wrongType ?? parsed.problem }
  return { message: { ...blank, body: parsed.body, bodyLength }, problem: wrongType }
}
