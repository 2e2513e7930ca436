import type { Request, Response } from 'express'
import { parseJson, type readBody } from '../api/incoming.ts'
import type { RequestMessage } from '../contract/messages.ts'
import { ControlProblem } from './control-problem.ts'

/** The request as the contract sees it. @throws ControlProblem 400, 413 or 415 when it cannot be read */
export async function messageOf(
  read: ReturnType<typeof readBody>,
  request: Request,
  response: Response,
): Promise<RequestMessage> {
  const incoming = await read(request, response)
  if ('problem' in incoming) throw unreadable(incoming.problem.problem, incoming.problem.reason ?? '')
  const { bytes } = incoming
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  )
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '')
  const parsed = isJson ? parseJson(bytes) : { body: undefined }
  if ('problem' in parsed)
    throw new ControlProblem(400, 'not-json', `The body is not JSON: ${parsed.problem.reason}.`)
  const searchParams = new URLSearchParams(request.url.replace(/^[^?]*\??/, ''))
  const query = Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => [name, oneOrAll(searchParams.getAll(name))]),
  )
  return {
    method: request.method,
    path: request.path,
    query,
    headers,
    body: parsed.body,
    bodyLength: bytes.length,
  }
}

function unreadable(problem: string, reason: string): ControlProblem {
  if (problem === 'too-large') return new ControlProblem(413, 'too-large', 'The body is larger than 10 MiB.')
  if (problem === 'media-type')
    return new ControlProblem(415, 'unsupported-media-type', `The body cannot be read: ${reason}.`)
  return new ControlProblem(400, 'bad-request', `The body cannot be read: ${reason}.`)
}

function oneOrAll(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? (values[0] ?? '') : values
}
