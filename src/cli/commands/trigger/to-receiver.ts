import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, createClock } from '../../../core/clock.ts'
import { EXIT_CODES, MockError } from '../../../core/errors.ts'
import { headerProblem, replaceHeaders } from '../../../core/headers.ts'
import { type Json, toPointer } from '../../../core/json.ts'
import { type Account, type HeaderLines, type Outcome, toBody } from '../../../core/model.ts'
import { createRandom, type Random } from '../../../core/random.ts'
import { createEgress } from '../../../delivery/egress.ts'
import { buildAttempt } from '../../../delivery/faults/apply.ts'
import { transmit } from '../../../delivery/faults/transmit.ts'
import { type AttemptFacts, unregisteredAttempt } from '../../../delivery/request.ts'
import { createHttpSender } from '../../../delivery/send.ts'
import { composeEvent, EventContractError } from '../../../event/compose.ts'
import { type DeliveryAction, waitOf } from '../../../fault/delivery-catalogue.ts'
import { type SentRequest, sentJson, sentLines } from '../../../report/request.ts'
import { inEnvironment } from '../../../spec/delivery-policy.ts'
import { knownProvider } from '../../../spec/load.ts'
import type { Provider } from '../../../spec/provider.ts'
import type { Invocation } from '../../command.ts'
import { usageError } from '../../flags.ts'
import type { Io } from '../../io.ts'
import { pathSteps, readPayload, type triggerFlags } from './flags.ts'

/** What `trigger --to URL` sends: one event, signed, without a mock. */
interface SingleRequest {
  readonly provider: Provider
  readonly type: string
  readonly url: string
  readonly secret: string
  readonly payload: Json | undefined
  readonly remove: readonly string[]
  readonly id: string | undefined
  readonly account: string | undefined
  readonly raw: boolean
}

interface Parts {
  readonly clock: Clock
  readonly rng: Random
}

/**
 * The first attempt of an event at a webhook that nobody registered.
 * @throws MockError BROKEN_CONTRACT for a body that breaks the event's schema, unless `raw`.
 */
async function singleAttempt(request: SingleRequest, parts: Parts): Promise<AttemptFacts> {
  const { type, url, secret, payload, id, raw } = request
  const { name: account, environment } = accountNamed(request.provider, request.account)
  const provider = inEnvironment(request.provider, environment)
  const remove = request.remove.map((path) => toPointer(pathSteps(path)))
  const input = { provider, account, type, payload, remove, id, raw }
  const { event } = await composeEvent(parts, input).catch((error: unknown) => {
    if (!(error instanceof EventContractError)) throw error
    throw new MockError('input', 'BROKEN_CONTRACT', `Failed to trigger ${type}: ${error.summary}`, {
      hint: 'Send it all the same with --raw.',
    })
  })
  return unregisteredAttempt(provider, event, { url, secrets: [secret] }, parts)
}

function accountNamed(provider: Provider, name: string | undefined): Account {
  const account = provider.accounts.find((one) => name === undefined || one.name === name)
  if (account !== undefined) return account
  throw new MockError('input', 'UNKNOWN_ACCOUNT', `Failed to find the account "${name}" of ${provider.id}.`, {
    hint: `Known are: ${provider.accounts.map((one) => one.name).join(', ')}.`,
  })
}

/** Sends signed requests without a mock. Exit code 0 when each is answered with 2xx, 3 when nobody could be reached. */
export async function triggerToReceiver(
  { args: [id = '', type = ''], flags }: Invocation<typeof triggerFlags>,
  io: Io,
): Promise<number> {
  const provider = await knownProvider(id, flags.spec)
  const url = flags.to ?? ''
  const request: SingleRequest = {
    provider,
    type,
    url,
    secret: flags.secret ?? '',
    payload: await readPayload(flags, io),
    remove: flags.remove,
    id: flags.id,
    account: flags.account,
    raw: flags.raw,
  }
  if (flags.account === '*')
    throw usageError(
      'Failed to read --account: with --to one request is sent, which is of one account.',
      `Name one: ${provider.accounts.map(({ name }) => name).join(', ')}.`,
    )
  if (flags.secret === undefined) refuseUnsigned(provider, type)
  const actions = flags.fault.flatMap(({ action }) => action ?? [])
  const held = actions.find((action) => waitOf(action)?.kind === 'overtaken')
  if (held !== undefined)
    throw usageError(
      `Failed to read --fault: with --to nothing comes later that ${held.name} could let pass.`,
      'Trigger at a running mock, without --to.',
    )
  const clock = createClock()
  const sender = createHttpSender(createEgress({ allowHosts: [], forward: [], trusted: [url] }))
  let code: number = EXIT_CODES.passed
  try {
    for (let i = 0; i < flags.count; i++) {
      const { sent, isCut } = await sendOne(request, actions, flags.header, {
        clock,
        sender,
        notify: (text) => io.err(text),
      })
      io.out(...(flags.format === 'json' ? [sentJson(sent)] : sentLines(sent, io.style)))
      // As with a mock, the first copy's outcome is the attempt's.
      code = Math.max(code, exitCode(sent.outcome, isCut))
    }
  } finally {
    await sender.close()
  }
  return code
}

interface Sending {
  readonly clock: Clock
  readonly sender: ReturnType<typeof createHttpSender>
  /** Called with a notice about a fault that changes nothing. */
  readonly notify: (text: string) => void
}

interface Sent {
  readonly sent: SentRequest
  /** A fault dropped it, or cut it off within its body. */
  readonly isCut: boolean
}

async function sendOne(
  request: SingleRequest,
  actions: readonly DeliveryAction[],
  header: HeaderLines,
  { clock, sender, notify }: Sending,
): Promise<Sent> {
  const { provider, url } = request
  const rng = createRandom()
  const facts = await singleAttempt(request, { clock, rng })
  for (const wait of actions.map(waitOf)) if (wait?.kind === 'time') await sleep(wait.ms)
  const built = buildAttempt(
    { provider, facts, signedAt: clock.wall(), actions, rng },
    { publish: (entry) => entry.type === 'notice' && notify(entry.text) },
  )
  const headers = replaceHeaders(built.headers, header)
  const wrong = headerProblem(headers)
  if (wrong !== null)
    throw usageError(`Failed to send ${request.type}: ${wrong}.`, 'Correct --secret, --id or --header.')
  const { outcome, durationMs, others } = await transmit(
    {
      url: new URL(built.url),
      method: 'POST',
      headers,
      body: built.body,
      timeoutMs: provider.delivery.timeoutMs,
    },
    built.transport,
    { sender, clock },
  )
  const { type, providerId } = facts.event
  const sent: SentRequest = {
    event: { type, id: providerId },
    method: 'POST',
    url,
    headers,
    body: toBody(built.body),
    outcome,
    durationMs,
    others,
    faults: built.faults,
  }
  return { sent, isCut: built.transport?.dropped === true || (built.transport?.cut ?? null) !== null }
}

function exitCode(outcome: Outcome, isCut: boolean): number {
  if (outcome.kind === 'responded')
    return outcome.status >= 200 && outcome.status < 300 ? EXIT_CODES.passed : EXIT_CODES.failed
  if (outcome.kind === 'timed-out') return EXIT_CODES.failed
  // A fault that cuts the request off is expected to get no answer.
  return isCut && 'code' in outcome && CUT_OFF.has(outcome.code) ? EXIT_CODES.passed : EXIT_CODES.environment
}

const CUT_OFF: ReadonlySet<string> = new Set(['DROPPED', 'ECONNRESET'])

function refuseUnsigned(provider: Provider, type: string): void {
  const schemes = provider.events.get(type)?.signature ?? provider.signature
  if (schemes.some(({ scheme }) => scheme !== 'none' && scheme !== 'basic'))
    throw usageError(
      `Failed to sign ${type}: ${provider.id} signs its deliveries, and there is no secret.`,
      'Add --secret.',
    )
}
