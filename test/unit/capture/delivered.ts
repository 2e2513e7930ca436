import type { Capture } from '../../../src/capture/read.ts'
import { startMock } from '../../../src/mock/start-mock.ts'
import { startReceiver } from '../../../src/receiver/receiver.ts'
import type { EventType, Provider } from '../../../src/spec/provider.ts'

/** A delivery that the mock really made, as its receiver got it. */
export interface Delivered {
  readonly provider: Provider
  readonly type: EventType
  readonly secret: string
  readonly capture: Capture
}

/** One delivery of each event type of a provider. */
export async function deliveredEvents(id: string): Promise<readonly Delivered[]> {
  await using mock = await startMock({ providers: [id] })
  await using receiver = await startReceiver()
  const [provider] = mock.providers
  if (provider === undefined) throw new Error(`no provider ${id}`)
  const { secret } = await mock.register(id, { url: `${receiver.url}/hooks?tenant=7` })
  const delivered: Delivered[] = []
  for (const type of provider.events.values()) {
    await mock.trigger(id, type.type)
    await mock.settle()
    const last = receiver.received.at(-1)
    if (last === undefined || receiver.received.length !== delivered.length + 1)
      throw new Error(`${type.type} was not delivered`)
    const { method, path, headers, body, at } = last
    delivered.push({ provider, type, secret, capture: { method, url: path, headers, body, at, notes: [] } })
  }
  return delivered
}

/** The bytes of a capture as they went over the wire. */
export function rawRequest({ method, url, headers, body }: Omit<Capture, 'at' | 'notes'>): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([Buffer.from(`${method} ${url} HTTP/1.1\r\n${lines}\r\n`, 'latin1'), body])
}
