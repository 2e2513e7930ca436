import type { ServerResponse } from 'node:http'
import type { ControlAnswer } from './control-call.ts'
import type { ControlProblem } from './control-problem.ts'

export function send(response: ServerResponse, answer: ControlAnswer): void {
  if ('stream' in answer) answer.stream(response)
  else write(response, answer.status, 'application/json', {}, answer.body)
}

export function sendProblem(response: ServerResponse, { body, headers }: ControlProblem): void {
  write(response, body.status, 'application/problem+json', headers, body)
}

function write(
  response: ServerResponse,
  status: number,
  type: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): void {
  const bytes = Buffer.from(JSON.stringify(body))
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': bytes.length,
    'Cache-Control': 'no-store',
    ...headers,
  })
  response.end(bytes)
}
