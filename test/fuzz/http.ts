import { connect } from 'node:net'

export interface Exchanged {
  /** Everything that was answered, in Latin-1. */
  readonly answer: string
  /** The statuses of its answers; none where the connection was cut off without one. */
  readonly status: number | null
  readonly isLate: boolean
}

const PATIENCE_MS = 10_000
/** More of an answer is not kept. */
const MOST = 4 * 1024 * 1024

/** Sends bytes as they are and reads until the server hangs up, or until `untilMs` for what never ends. */
export function exchange(port: number, request: Buffer, untilMs = PATIENCE_MS): Promise<Exchanged> {
  return new Promise((resolve) => {
    let answer = ''
    let isLate = false
    const socket = connect(port, '127.0.0.1', () => socket.end(request))
    const timer = setTimeout(() => {
      isLate = untilMs === PATIENCE_MS
      socket.destroy()
    }, untilMs)
    socket.setEncoding('latin1').on('data', (text: string) => {
      if (answer.length < MOST) answer += text
    })
    // A server that has answered early may reset what is still on its way.
    socket
      .on('error', () => undefined)
      .once('close', () => {
        clearTimeout(timer)
        const status = /^HTTP\/1\.1 (?!100)(\d{3})/m.exec(answer)?.[1]
        resolve({ answer, status: status === undefined ? null : Number(status), isLate })
      })
  })
}
