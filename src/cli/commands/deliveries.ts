import type { DeliveryView } from '../../api/views.ts'
import { EXIT_CODES } from '../../core/errors.ts'
import { DELIVERY_STATUSES } from '../../core/model.ts'
import { suggestion } from '../../core/text.ts'
import { deliveryDetails, deliveryTable } from '../../report/deliveries.ts'
import { curlCommand } from '../../report/request.ts'
import { command } from '../command.ts'
import { type ControlClient, controlClient } from '../control-client.ts'
import {
  badValue,
  count,
  formatFlag,
  oneOf,
  providerFlag,
  type Reader,
  serverFlag,
  toggle,
  usageError,
  type Values,
  value,
} from '../flags.ts'
import type { Io } from '../io.ts'

const eventId: Reader<string> = (given) => {
  if (given.startsWith('evt_')) return given
  throw badValue(`"${given}" is no id of an event`, 'Write it as evt_…, as trigger and start print it.')
}

const flags = {
  curl: toggle('--curl', 'with show: print curl commands that repeat each attempt exactly'),
  provider: providerFlag,
  status: value('--status <status>', `only ${DELIVERY_STATUSES.join(', ')}`, oneOf(DELIVERY_STATUSES)),
  event: value('--event <id>', 'only those of this event (evt_…)', eventId),
  limit: value('--limit <n>', 'how many at most', count(1, 1_000), 100),
  server: serverFlag,
  format: formatFlag,
}

type DeliveriesFlags = Values<typeof flags>

type Part = (client: ControlClient, id: string, flags: DeliveriesFlags, io: Io) => Promise<void>

const PARTS: Readonly<Record<string, Part>> = { list, show, resend }

export const deliveries = command({
  flags,
  examples: [
    ['hookproof deliveries --status exhausted', 'which ones were given up'],
    ['hookproof deliveries show del_…', 'what was sent, how it was signed, what came back'],
    ['hookproof deliveries show del_… --curl', 'the same requests as curl commands'],
    ['hookproof deliveries resend del_…', 'send the event to that webhook again'],
  ],
  async run({ args: [action = 'list', id], flags: given }, io) {
    const part = Object.hasOwn(PARTS, action) ? PARTS[action] : undefined
    if (part === undefined)
      throw usageError(
        `Failed to read the command line: deliveries has no "${action}".`,
        action.startsWith('del_')
          ? `Write hookproof deliveries show ${action}.`
          : suggestion(action, Object.keys(PARTS)),
      )
    if (action !== 'list' && (id === undefined || !/^\w+$/.test(id)))
      throw usageError(
        `Failed to read the command line: deliveries ${action} needs the id of a delivery.`,
        'hookproof deliveries lists them.',
      )
    await part(controlClient(given.server, io.env), id ?? '', given, io)
    return EXIT_CODES.passed
  },
})

async function list(
  client: ControlClient,
  _id: string,
  { provider, status, event, limit, format }: DeliveriesFlags,
  io: Io,
) {
  const page = await client.get<{ deliveries: readonly DeliveryView[]; next: string | null }>(
    'list deliveries',
    '/deliveries',
    ['deliveries', 'next'],
    { provider, status, event, limit },
  )
  if (format === 'json') return io.out(...page.deliveries.map((delivery) => JSON.stringify(delivery)))
  io.out(...deliveryTable(page.deliveries, io.style))
  if (page.next !== null) io.out(io.style('quiet', `There are more than ${limit}. Show more with --limit.`))
}

const MEMBERS = ['id', 'event', 'webhook', 'attempts'] as const

async function show(client: ControlClient, id: string, { curl, format }: DeliveriesFlags, io: Io) {
  const delivery = await client.get<DeliveryView>(
    `show ${id}`,
    `/deliveries/${encodeURIComponent(id)}`,
    MEMBERS,
  )
  if (curl) return io.out(...delivery.attempts.flatMap((attempt) => curlCommand(attempt).split('\n')))
  io.out(...(format === 'json' ? [JSON.stringify(delivery)] : deliveryDetails(delivery, io.style)))
}

async function resend(client: ControlClient, id: string, { format }: DeliveriesFlags, io: Io) {
  const made = await client.post<DeliveryView>(
    `resend ${id}`,
    `/deliveries/${encodeURIComponent(id)}/resend`,
    {},
    MEMBERS,
  )
  io.out(
    format === 'json'
      ? JSON.stringify(made)
      : `${made.id} sends ${made.event.type} ${made.event.id} to ${made.webhook.url} again.`,
  )
}
