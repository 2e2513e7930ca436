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
      return new Promise((resolve, reject) => {
        const end = () => {
          clearTimeout(timer)
          waiting.delete(look)
        }
        const look = () => {
          try {
            if (!isThere()) return
            resolve(true)
          } catch (error) {
            reject(error)
          }
          end()
        }
        const timer = setTimeout(() => {
          end()
          resolve(false)
        }, timeoutMs)
        waiting.add(look)
        look()
      })
    },
  }
}
