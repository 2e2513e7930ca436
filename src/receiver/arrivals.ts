import type { ReceivedDelivery } from './received-delivery.ts'
import type { Receiver } from './start-receiver.ts'

/** What has arrived, and those who wait for more. */
export interface Arrivals extends Pick<Receiver, 'waitFor'> {
  readonly received: ReceivedDelivery[]
  add(delivery: ReceivedDelivery): void
}

const DEFAULT_TIMEOUT_MS = 4_000

export function createArrivals(): Arrivals {
  const received: ReceivedDelivery[] = []
  const waiting = new Set<() => void>()
  return {
    received,
    add(delivery) {
      received.push(delivery)
      for (const look of waiting) look()
    },
    waitFor(what, timeoutMs = DEFAULT_TIMEOUT_MS) {
      const isThere = () => (typeof what === 'number' ? received.length >= what : received.some(what))
      return new Promise((resolve) => {
        const end = (came: boolean) => {
          clearTimeout(timer)
          waiting.delete(look)
          resolve(came)
        }
        const look = () => {
          if (isThere()) end(true)
        }
        const timer = setTimeout(() => end(false), timeoutMs)
        waiting.add(look)
        look()
      })
    },
  }
}
