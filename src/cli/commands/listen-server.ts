import { createClock, type Instant } from '../../core/clock.ts'
import { headerOf } from '../../core/headers.ts'
import type { ReceivedDelivery } from '../../receiver/delivery.ts'
import { startReceiver } from '../../receiver/receiver.ts'
import { recogniseEvent, signatureVerdict } from '../../receiver/recognise.ts'
import { type JudgedDelivery, receivedJson, receivedLines } from '../../report/received.ts'
import type { Provider } from '../../spec/provider.ts'
import { usageError } from '../flags.ts'
import type { Io } from '../io.ts'
import type { Invocation } from '../program.ts'
import type { listenFlags } from './listen.ts'
import { untilStopped } from './start/child.ts'

const LOOKS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Tells of each delivery what the provider's document and the secrets tell. */
export function deliveryJudge(
  provider: Provider | null,
  secrets: readonly string[],
  origin: () => string,
): (delivery: ReceivedDelivery, now: Instant) => JudgedDelivery {
  return (delivery, now) => {
    if (provider === null) return { delivery, event: null, signature: null }
    const event = recogniseEvent(provider, delivery)
    // Somebody looks whether it is there.
    if (event.type === undefined && LOOKS.has(delivery.method))
      return { delivery, event: null, signature: null }
    // Whoever forwards to us may have registered another host, and signs that one.
    const host = headerOf(delivery.headers, 'host')
    const base = host === undefined ? origin() : `http://${host}`
    const { method, headers, body } = delivery
    const request = { method, url: `${base}${delivery.path}`, headers, body }
    const signature =
      secrets.length === 0 ? null : signatureVerdict(provider, request, { secrets, now, event })
    return { delivery, event: { type: event.type?.type ?? null, id: event.id ?? null }, signature }
  }
}

const DRAIN_MS = 10_000

/** Receives until it is told to stop. */
export async function runListen({ flags, given }: Invocation<typeof listenFlags>, io: Io): Promise<number> {
  const { port, host, path, provider: id, secret, respond, spec, format } = flags
  if (id === undefined && given.has('secret'))
    throw usageError('Failed to read --secret: nothing says which signature it is for.', 'Add --provider ID.')
  const provider =
    id === undefined ? null : await (await import('../known-providers.ts')).knownProvider(id, spec)
  const clock = createClock()
  const print = (judged: JudgedDelivery) =>
    io.out(...(format === 'json' ? [receivedJson(judged)] : [...receivedLines(judged, io.style), '']))
  const judge = deliveryJudge(provider, secret, () => origin)
  let origin = ''
  const receiver = await startReceiver({
    port,
    ...(host === undefined ? {} : { host }),
    ...(path === undefined ? {} : { path }),
    respond,
    clock,
    onDelivery: (delivery) => print(judge(delivery, clock.wall())),
  })
  origin = new URL(receiver.url).origin
  const stopped = untilStopped(io)
  io.out(
    ...(format === 'json'
      ? [JSON.stringify({ type: 'ready', url: receiver.url })]
      : screen(receiver.url, io)),
  )
  await stopped.promise
  await receiver.close(DRAIN_MS)
  stopped.dispose()
  return 0
}

function screen(url: string, { style }: Io): string[] {
  return [
    '',
    `${style('strong', 'Listening')}  ${style('name', url)}`,
    '',
    `  ${style('quiet', 'Next')}  hookproof start --forward-to ${url}`,
    '',
    style('quiet', 'Ready. Stop with ^C.'),
    '',
  ]
}
