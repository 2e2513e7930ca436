import { createClock } from '../../core/clock.ts'
import { startReceiver } from '../../receiver/start-receiver.ts'
import type { JudgedDelivery } from '../../report/received-lines.ts'
import { receivedJson, receivedLines } from '../../report/received-lines.ts'
import type { Invocation } from '../command.ts'
import type { Io } from '../io.ts'
import { untilStopped } from '../start/until-stopped.ts'
import { usageError } from '../usage-error.ts'
import { deliveryJudge } from './delivery-judge.ts'
import type { listenFlags } from './listen-flags.ts'

const DRAIN_MS = 10_000

/** Receives until it is told to stop. */
export async function runListen({ flags, given }: Invocation<typeof listenFlags>, io: Io): Promise<number> {
  const { port, host, path, provider: id, secret, respond, spec, format } = flags
  if (id === undefined && given.has('secret'))
    throw usageError('Failed to read --secret: nothing says which signature it is for.', 'Add --provider ID.')
  const provider =
    id === undefined ? null : await (await import('../providers/known-providers.ts')).knownProvider(id, spec)
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
