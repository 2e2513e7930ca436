import { connect } from 'node:net'
import { MockError } from '../core/errors.ts'

export const LOOK_AT_MOST_MS = 2_000

/** Why nothing can be judged where nothing listens; null where something does. */
export async function unreachable(url: string): Promise<MockError | null> {
  if (await acceptsConnections(url)) return null
  return new MockError(
    'environment',
    'RECEIVER_NOT_REACHED',
    `Failed to reach the receiver at ${url}: nothing listens there.`,
    { hint: 'Start it first, or have it started with -- COMMAND.' },
  )
}

/** Whether something listens where a URL leads. */
export function acceptsConnections(text: string): Promise<boolean> {
  const url = new URL(text)
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port: portOf(url) })
    const end = (isOpen: boolean) => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.setTimeout(LOOK_AT_MOST_MS, () => end(false))
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}

export function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}
