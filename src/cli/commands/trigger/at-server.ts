import type { DeliveryView, EmissionView } from '../../../api/views.ts'
import { createClock } from '../../../core/clock.ts'
import { EXIT_CODES, MockError } from '../../../core/errors.ts'
import { type Json, toPointer } from '../../../core/json.ts'
import { createRandom } from '../../../core/random.ts'
import { formatDuration } from '../../../core/units.ts'
import { noEffect } from '../../../delivery/faults/apply.ts'
import { eventIdentity } from '../../../event/compose.ts'
import { attemptLines } from '../../../report/deliveries.ts'
import { noDeliveryLines } from '../../../report/feed.ts'
import { knownProvider } from '../../../spec/load.ts'
import type { Invocation } from '../../command.ts'
import { type ControlClient, controlClient } from '../../control-client.ts'
import type { Io } from '../../io.ts'
import { type FaultFlag, pathSteps, readPayload, type TriggerFlags, type triggerFlags } from './flags.ts'

/** The id, in its provider's format, of an event that does not exist yet: a fault has to be there before it. */
async function idForFault(
  provider: string,
  type: string,
  payload: Json | undefined,
  { id, spec }: Pick<TriggerFlags, 'id' | 'spec'>,
): Promise<string> {
  if (id !== undefined) return id
  const rng = createRandom()
  // A server may serve documents that this command does not know; most providers' ids are of this form.
  const known = await knownProvider(provider, spec).catch(() => null)
  if (known === null) return rng.uuid()
  const parts = { clock: createClock(), rng }
  return (await eventIdentity(parts, known, known.events.get(type), { payload })).id
}

/** The longest wait of one request to the control API; longer ones are asked for again. */
const LONGEST_WAIT_MS = 30_000

/** Triggers at a running mock. Exit code 1 when it waited and a delivery did not succeed, or there was none. */
export async function triggerAtServer(
  { args: [provider = '', type = ''], flags }: Invocation<typeof triggerFlags>,
  io: Io,
): Promise<number> {
  const client = controlClient(flags.server, io.env)
  const payload = await readPayload(flags, io)
  let code: number = EXIT_CODES.passed
  for (let i = 0; i < flags.count; i++) {
    const id = flags.fault.length === 0 ? flags.id : await idForFault(provider, type, payload, flags)
    const request = eventRequest(provider, type, payload, { ...flags, id })
    for (const { does } of flags.fault)
      await client.post('add the fault', '/faults', faultOn(provider, id ?? '', does), [])
    const emission = await client
      .post<EmissionView>(`trigger ${type}`, '/events', request, ['event', 'deliveries', 'skipped'])
      .catch((error: unknown) => {
        throw inFlags(error)
      })
    const settled = flags.wait === undefined ? null : await untilSettled(client, emission, flags.wait)
    io.out(
      ...(flags.format === 'json'
        ? [JSON.stringify({ ...emission, deliveries: settled ?? emission.deliveries })]
        : lines(emission, settled, flags.wait, io)),
    )
    if (settled === null) continue
    io.err(...idleFaults(flags.fault, settled).map((name) => noEffect(name, emission.event)))
    if (settled.length === 0 || settled.some(({ status }) => status !== 'succeeded')) code = EXIT_CODES.failed
  }
  return code
}

/** It is applied to the first attempt at each webhook, and to no retry. */
function faultOn(provider: string, event: string, does: Json): object {
  return { plane: 'delivery', on: { provider, event, attempt: 1 }, do: does }
}

/** The faults that no attempt shows although it was sent: what succeeded then proves nothing about them. */
function idleFaults(faults: readonly FaultFlag[], deliveries: readonly DeliveryView[]): readonly string[] {
  const attempts = deliveries.flatMap((delivery) => delivery.attempts)
  if (!attempts.some(({ request, outcome }) => request.sentTo !== null && outcome !== null)) return []
  const shown = new Set(attempts.flatMap((attempt) => attempt.faults))
  const asked = new Set(faults.flatMap(({ action }) => action?.name ?? []))
  return [...asked].filter((name) => !shown.has(name))
}

/** The control API names its own fields; here they are flags. */
function inFlags(error: unknown): unknown {
  if (!(error instanceof MockError)) return error
  const message = error.message.replace(
    'Send raw: true to send it all the same.',
    'Send it all the same with --raw.',
  )
  return new MockError(error.kind, error.code, message)
}

/** The body of `POST /_mock/events`. */
function eventRequest(
  provider: string,
  type: string,
  payload: Json | undefined,
  {
    account,
    id,
    raw,
    remove,
  }: Pick<Invocation<typeof triggerFlags>['flags'], 'account' | 'id' | 'raw' | 'remove'>,
): object {
  return {
    provider,
    type,
    ...(account === undefined ? {} : { account }),
    ...(payload === undefined ? {} : { payload }),
    ...(remove.length === 0 ? {} : { remove: remove.map((path) => toPointer(pathSteps(path))) }),
    ...(id === undefined ? {} : { id }),
    ...(raw ? { raw } : {}),
  }
}

async function untilSettled(
  client: ControlClient,
  { event, deliveries }: EmissionView,
  waitMs: number,
): Promise<readonly DeliveryView[]> {
  if (deliveries.length === 0) return []
  for (let left = waitMs; ; left -= LONGEST_WAIT_MS) {
    const wait = formatDuration(Math.min(left, LONGEST_WAIT_MS))
    const page = await client.get<{ deliveries: readonly DeliveryView[] }>(
      'wait for the deliveries',
      '/deliveries',
      ['deliveries'],
      { event: event.id, limit: 1_000, wait },
      Math.min(left, LONGEST_WAIT_MS),
    )
    if (left <= LONGEST_WAIT_MS || page.deliveries.every(({ status }) => status !== 'pending'))
      return [...page.deliveries].reverse()
  }
}

function lines(
  { event, deliveries, skipped }: EmissionView,
  settled: readonly DeliveryView[] | null,
  wait: number | undefined,
  { style }: Io,
): string[] {
  const head = `-->  ${style('strong', event.type)} ${style('quiet', `[${event.id}]`)}`
  const why = noDeliveryLines(event.provider, deliveries.length, skipped).map(
    (text) => `-x-  ${style(deliveries.length === 0 ? 'warn' : 'quiet', text)}`,
  )
  if (settled === null)
    return [
      head,
      ...deliveries.map(({ id, webhook }) => `     to ${webhook.url} ${style('quiet', `[${id}]`)}`),
      ...why,
    ]
  const late = settled.filter(({ status }) => status === 'pending').length
  const waited =
    late === 0
      ? []
      : [style('warn', `     waited ${formatDuration(wait ?? 0)}; hookproof deliveries shows how they go on`)]
  return [head, ...settled.flatMap((delivery) => attemptLines(delivery, style)), ...waited, ...why]
}
