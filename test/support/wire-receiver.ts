import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { HeaderLines } from '../../src/core/model.ts'

/** What came over one connection, byte for byte. */
export class Wire {
  readonly openedAt = performance.now()
  readonly chunks: { readonly at: number; readonly bytes: Buffer }[] = []
  /** How the sender ended it. */
  ended: 'not' | 'end' | 'reset' = 'not'
  answered = 0

  get bytes(): Buffer {
    return Buffer.concat(this.chunks.map(({ bytes }) => bytes))
  }

  get head(): string {
    return this.bytes.toString('latin1').split('\r\n\r\n', 1)[0] ?? ''
  }

  get headers(): HeaderLines {
    return this.head
      .split('\r\n')
      .slice(1)
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)])
  }

  header(name: string): string | undefined {
    return this.headers.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1]
  }

  /** Everything behind the (first) head. */
  get body(): Buffer {
    const end = this.bytes.indexOf('\r\n\r\n')
    return end < 0 ? Buffer.alloc(0) : this.bytes.subarray(end + 4)
  }

  #length = 0
  #wanted: number | undefined

  add(bytes: Buffer): void {
    this.chunks.push({ at: performance.now(), bytes })
    this.#length += bytes.length
    const end = this.#wanted === undefined ? this.bytes.indexOf('\r\n\r\n') : -1
    if (end >= 0) this.#wanted = end + 4 + Number(this.header('content-length') ?? 0)
  }

  get hasHead(): boolean {
    return this.#wanted !== undefined
  }

  get isComplete(): boolean {
    return this.#wanted !== undefined && this.#length >= this.#wanted
  }

  /** Milliseconds between the first and the last byte of the body. */
  get bodyMs(): number {
    const bodied = this.chunks.filter((_, i) => i > 0 || this.chunks.length === 1)
    return (bodied.at(-1)?.at ?? 0) - (bodied[0]?.at ?? 0)
  }
}

export interface WireReceiver extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** The connections that something came over: HTTP clients keep others ready. */
  readonly wires: readonly Wire[]
}

export interface WireAnswers {
  /** In turn, the last repeats. */
  readonly statuses?: readonly number[]
  /** `head`: as soon as the head is there. Default `body`. */
  readonly at?: 'head' | 'body' | 'never'
}

/** A receiver below HTTP: one request for each connection, which it then closes. */
export async function wireReceiver({
  statuses = [200],
  at = 'body',
}: WireAnswers = {}): Promise<WireReceiver> {
  const wires: Wire[] = []
  const sockets = new Set<Socket>()
  let answered = 0
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    const wire = new Wire()
    const answer = () => {
      if (wire.answered > 0) return
      const status = statuses[Math.min(answered++, statuses.length - 1)] ?? 200
      wire.answered = status
      socket.end(`HTTP/1.1 ${status} Whatever\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`)
    }
    socket.on('data', (bytes) => {
      if (wire.chunks.length === 0) wires.push(wire)
      wire.add(bytes)
      if (at === 'head' ? wire.hasHead : at === 'body' && wire.isComplete) answer()
    })
    socket.on('end', () => {
      wire.ended = 'end'
      if (at !== 'never') socket.end()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') wire.ended = 'reset'
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    port,
    wires,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
