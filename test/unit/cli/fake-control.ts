import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Call {
  readonly method: string
  readonly path: string
  readonly body: unknown
}
type Answer = { readonly status?: number; readonly body: unknown }

/** A server in the place of the control API: `'POST /events'` → what it answers. */
export async function fakeControl(routes: Readonly<Record<string, Answer | ((call: Call) => Answer)>>) {
  const calls: Call[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const call = {
      method: request.method ?? '',
      path: request.url ?? '',
      body: text === '' ? null : JSON.parse(text),
    }
    calls.push(call)
    const key = `${call.method} ${call.path.replace('/_mock', '').split('?')[0]}`
    const route = routes[key] ?? {
      status: 404,
      body: { title: 'Not found', detail: 'There is nothing here.' },
    }
    const { status = 200, body } = typeof route === 'function' ? route(call) : route
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
