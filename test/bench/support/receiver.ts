import { freePort, program, type Server, startServer } from './processes.ts'

export interface Receivers extends AsyncDisposable {
  readonly origins: readonly string[]
  /** Forgets what has arrived. */
  reset(): Promise<void>
  /** What deliveries are answered from now on. */
  answer(status: number): Promise<void>
  /** Resolves once so many deliveries have arrived since the last reset. */
  arrived(count: number): Promise<void>
  /** How many deliveries have arrived since the last reset. */
  count(): Promise<number>
}

export async function startReceivers(count = 1): Promise<Receivers> {
  const others: number[] = []
  while (others.length < count - 1) others.push(await freePort())
  const server: Server = await startServer(
    (port) => [process.execPath, program('receiver'), ...[port, ...others].map(String)],
    '/ready',
  )
  const ask = async (path: string) => {
    const answer = await fetch(`${server.origin}${path}`)
    await answer.arrayBuffer()
  }
  return {
    origins: [server.origin, ...others.map((port) => `http://127.0.0.1:${port}`)],
    reset: () => ask('/reset'),
    answer: (status) => ask(`/status/${status}`),
    arrived: (wanted) => ask(`/count/${wanted}`),
    async count() {
      const { arrived } = (await (await fetch(`${server.origin}/arrived`)).json()) as { arrived: number }
      return arrived
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
