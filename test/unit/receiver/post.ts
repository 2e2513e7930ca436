import { request } from 'node:http'

/** The status and headers of the answer, or what became of the connection instead. */
export function post(
  url: string,
  body: string | Buffer = '{}',
): Promise<{ status: number | string; headers: object }> {
  return new Promise((resolve) => {
    const sent = request(
      url,
      { method: 'POST', headers: { 'X-Mixed-Case': 'a', 'x-second': 'b' } },
      (response) => {
        response.resume()
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }))
      },
    )
    sent.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ status: error.code ?? error.message, headers: {} }),
    )
    sent.end(body)
  })
}
