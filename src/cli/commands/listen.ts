import { createClock, type Instant } from '../../core/clock.ts'
import { EXIT_CODES } from '../../core/errors.ts'
import { headerOf } from '../../core/headers.ts'
import { readAnswers } from '../../receiver/answer.ts'
import type { ReceivedDelivery } from '../../receiver/delivery.ts'
import { startReceiver } from '../../receiver/receiver.ts'
import { recogniseEvent, verifyProviderSignature } from '../../receiver/recognise.ts'
import { type CheckedDelivery, receivedJson, receivedLines } from '../../report/request.ts'
import type { Provider } from '../../spec/provider.ts'
import { command } from '../command.ts'
import { badValue, formatFlag, list, port, type Reader, specFlag, text, usageError, value } from '../flags.ts'
import { createLivePrinter, DRAIN_MS, type Io, untilStopped } from '../io.ts'

const path: Reader<string> = (given) => {
  if (!/^\/[^\s?#]*$/.test(given)) throw badValue(`"${given}" is not a path`, 'Write it as /hooks.')
  return given
}

const flags = {
  port: value('--port <n>', 'where to listen, 0 for any free port (default: 3000)', port, 3_000),
  host: value('--host <address>', 'listen on this address (default: 127.0.0.1)', text),
  path: value('--path <path>', 'where deliveries are expected; other paths get 404', path),
  provider: value('--provider <id>', 'whose deliveries they are: shows event and signature', text),
  secret: list('--secret <secret>', 'verify signatures with it; several while one is rotated', text),
  respond: value(
    '--respond <answers>',
    'answers in turn, the last one repeats: 503,timeout,200',
    readAnswers,
    [],
  ),
  spec: specFlag,
  format: formatFlag,
}

/** Receives until it is stopped. */
export const listen = command({
  flags,
  examples: [
    ['hookproof listen', 'answer everything on port 3000 with 200'],
    ['hookproof listen --respond 503,timeout,200', 'fail twice, then succeed'],
    [
      'hookproof listen --respond 429:5s,reset,empty,garbage,slow:2s,410',
      'other failures: Retry-After, cut connections, late answers',
    ],
    ['hookproof listen --provider ID --secret s3cr3t', 'verify each signature, and say why one is wrong'],
  ],
  async run({ flags, given }, io) {
    const { port, host, path, provider: id, secret, respond, spec, format } = flags
    if (id === undefined && given.has('secret'))
      throw usageError(
        'Failed to read --secret: nothing says which signature it is for.',
        'Add --provider ID.',
      )
    const provider =
      id === undefined ? null : await (await import('../../spec/load.ts')).knownProvider(id, spec)
    const clock = createClock()
    const live = createLivePrinter(io, format)
    const print = (checked: CheckedDelivery) =>
      live(() => (format === 'json' ? [receivedJson(checked)] : [...receivedLines(checked, io.style), '']))
    const check = deliveryChecker(provider, secret, () => origin)
    let origin = ''
    const receiver = await startReceiver({
      port,
      ...(host === undefined ? {} : { host }),
      ...(path === undefined ? {} : { path }),
      respond,
      // Printed is enough for a command that may run for days.
      keep: false,
      clock,
      onDelivery: (delivery) => print(check(delivery, clock.wall())),
    })
    origin = new URL(receiver.url).origin
    const stopped = untilStopped(io)
    io.out(
      ...(format === 'json'
        ? [JSON.stringify({ type: 'ready', url: receiver.url })]
        : listenScreen(receiver.url, provider, io)),
    )
    await stopped.promise
    await receiver.close(DRAIN_MS)
    stopped.dispose()
    return EXIT_CODES.passed
  },
})

const PROBES: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Finds out what each delivery is, by the provider's document, and whether its signature is valid. */
export function deliveryChecker(
  provider: Provider | null,
  secrets: readonly string[],
  origin: () => string,
): (delivery: ReceivedDelivery, now: Instant) => CheckedDelivery {
  return (delivery, now) => {
    if (provider === null) return { delivery, event: null, signature: null }
    const event = recogniseEvent(provider, delivery)
    // Somebody looks whether a receiver is there.
    if (event.type === undefined && PROBES.has(delivery.method))
      return { delivery, event: null, signature: null }
    // Whoever forwards to us may have registered another host, and signs that one.
    const host = headerOf(delivery.headers, 'host')
    const base = host === undefined ? origin() : `http://${host}`
    const { method, headers, body } = delivery
    const request = { method, url: `${base}${delivery.path}`, headers, body }
    const signature =
      secrets.length === 0 ? null : verifyProviderSignature(provider, request, { secrets, now, event })
    return { delivery, event: { type: event.type?.type ?? null, id: event.id ?? null }, signature }
  }
}

export function listenScreen(
  url: string,
  provider: Pick<Provider, 'id'> | null,
  { style }: Pick<Io, 'style'>,
): string[] {
  // Another variant than the default one is served on request only.
  const choice = provider?.id.includes('@') ? ` --provider ${provider.id}` : ''
  return [
    '',
    `${style('strong', 'Listening')}  ${style('name', url)}`,
    '',
    `  ${style('quiet', 'Next')}  hookproof start${choice} --forward-to ${url}`,
    '',
    style('quiet', 'Ready. Stop with ^C.'),
    '',
  ]
}
