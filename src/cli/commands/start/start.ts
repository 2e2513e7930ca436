import { hostOf, isLocalName, isLoopback } from '../../../core/address.ts'
import { type ClockMode, createClock, describeClockMode, type Instant } from '../../../core/clock.ts'
import { EXIT_CODES } from '../../../core/errors.ts'
import { createFeed, type FeedEntry } from '../../../core/feed.ts'
import { packageVersion } from '../../../core/version.ts'
import { type Mock, type MockOptions, startMock } from '../../../mock/start-mock.ts'
import { feedJson, feedLines } from '../../../report/feed.ts'
import { type StartFacts, startJson, startScreen } from '../../../report/start-screen.ts'
import { type Named, splitId } from '../../../spec/names.ts'
import { shippedProviders } from '../../../spec/shipped.ts'
import { command } from '../../command.ts'
import { createLivePrinter, DRAIN_MS, type Io, untilStopped } from '../../io.ts'
import { commandEnvironment, startChild } from './child.ts'
import { startFlags } from './flags.ts'
import { reloadOnChange } from './reload.ts'
import { requestedOptions } from './scenario.ts'

/** What printing the rest may take at the end of a stop. */
const PRINT_MS = 1_000

/** Serves until it is stopped, or until the command after `--` has ended. */
export const start = command({
  flags: startFlags,
  runsCommand: true,
  examples: [
    ['hookproof start', 'every provider, on http://127.0.0.1:4010'],
    ['hookproof start --forward-to http://127.0.0.1:3000/hooks', 'each with a webhook for all events there'],
    [
      'hookproof start --memory --clock virtual',
      'nothing is kept, and time passes only with hookproof advance',
    ],
    [
      'hookproof start --forward-to http://127.0.0.1:3000/hooks -- node server.js',
      'and the receiver with it: it gets PORT and WEBHOOK_SECRET',
    ],
  ],
  async run({ flags, given, command }, io) {
    const read = () => requestedOptions({ flags, given }, io)
    const { options, notices } = await read()
    const feed = createFeed()
    const reporter = createReporter(flags.format, options.clock as ClockMode, io)
    feed.subscribe(reporter.entry)
    // From the feed, since a reset clears the mock's own list.
    let violated = false
    feed.subscribe(({ type }) => {
      violated ||= type === 'violation'
    })
    const startCommand = async (mock: Mock) => {
      if (command.length === 0) return null
      const { env, command: words } = commandEnvironment(mock, command, {
        receiverUrl: flags.forwardTo[0]?.value,
        secretEnv: flags.secretEnv,
      })
      return startChild(words, { ...io.env, ...env }, { stdoutIsOurs: flags.format === 'json' })
    }
    const print = (text: string) => feed.publish({ type: 'notice', text })
    const mock = await startMock({ ...options, feed })
    const stopped = untilStopped(io)
    let watching: { close(): Promise<void> } | undefined
    try {
      if (flags.watch)
        watching = await reloadOnChange({
          mock,
          specs: flags.spec,
          scenarios: flags.scenario,
          seed: options.seed,
          read,
          print,
        })
      const facts = await startFacts(mock, options, packageVersion())
      reporter.ready({ ...facts, notices: [...facts.notices, ...notices] })
      const child = await startCommand(mock)
      const code = await Promise.race([stopped.promise, ...(child === null ? [] : [child.exited])])
      if (code === null) reporter.stopping()
      await mock.close(DRAIN_MS)
      await child?.end(io.timeToStop() - PRINT_MS)
      if (flags.strict && violated)
        io.err('A contract was violated, see the lines "violation": --strict fails.')
      return code !== null && code !== 0
        ? code
        : flags.strict && violated
          ? EXIT_CODES.failed
          : EXIT_CODES.passed
    } catch (error) {
      await mock.close(0)
      throw error
    } finally {
      await watching?.close()
      stopped.dispose()
    }
  },
})

/** An event that is delivered: to a webhook of this start, else to one that the state holds. Null: to none. */
export async function nextTrigger(mock: Mock): Promise<StartFacts['next']> {
  const own = new Set(mock.registered.map(({ id }) => id))
  const all = (await mock.webhooks()).toSorted((a, b) => Number(own.has(b.id)) - Number(own.has(a.id)))
  for (const { enabled, provider: id, account, filter } of all) {
    const provider = mock.providers.find((one) => one.id === id)
    if (provider === undefined || !enabled) continue
    const types = [...provider.events.keys()]
    const isByType = provider.resource.filter?.match === 'type'
    const event = isByType && filter !== null ? types.find((type) => filter.includes(type)) : types[0]
    if (event === undefined) continue
    return { provider: id, event, account: account === provider.accounts[0]?.name ? null : account }
  }
  return null
}

interface Reporter {
  /** Prints it, once the mock is ready: the screen or `ready` comes first. */
  readonly entry: (entry: FeedEntry) => void
  ready(facts: StartFacts): void
  stopping(): void
}

function createReporter(
  format: 'text' | 'json',
  clock: ClockMode,
  io: Pick<Io, 'out' | 'err' | 'style' | 'unread'>,
): Reporter {
  const wall = createClock()
  const early: FeedEntry[] = []
  let latest: Instant | undefined
  let ready = false
  // The wall is no use beside the times of a clock that stands still or runs fast.
  const now = () => (clock.kind === 'real' ? wall.wall() : (latest ?? wall.wall()))
  let ambiguous: ReadonlySet<string> = new Set()
  const live = createLivePrinter(io, format)
  const print = (entry: FeedEntry) => {
    latest = timeOf(entry) ?? latest
    live(() =>
      format === 'json' ? [feedJson(entry)] : feedLines(entry, { style: io.style, clock, now, ambiguous }),
    )
  }
  return {
    entry(entry) {
      if (ready) print(entry)
      else early.push(entry)
    },
    ready(facts) {
      ready = true
      ambiguous = ambiguousIds(facts.providers)
      io.out(...(format === 'json' ? [startJson(facts)] : startScreen(facts, io.style)))
      // What the start had to say stands in `notices` already.
      for (const entry of early.splice(0)) if (entry.type !== 'notice') print(entry)
    },
    stopping() {
      io.err('Stopping: what is in flight may finish. Once more to stop at once.')
    },
  }
}

/** Those of providers of which several variants are served. */
export function ambiguousIds(providers: readonly { readonly id: string }[]): ReadonlySet<string> {
  const ids = providers.map(({ id }) => id)
  const isSibling = (a: string, b: string) => a !== b && splitId(a).name === splitId(b).name
  return new Set(ids.filter((id) => ids.some((other) => isSibling(id, other))))
}

/** When it happened, on the mock's clock; undefined where the entry does not say. */
function timeOf(entry: FeedEntry): Instant | undefined {
  if (entry.type === 'request') return entry.request.at
  if (entry.type === 'event') return entry.event.occurredAt
  if (entry.type === 'attempt') return entry.attempt.sentAt
  return entry.type === 'settled' ? (entry.delivery.settledAt ?? undefined) : undefined
}

/** What the start screen shows of a mock. */
async function startFacts(mock: Mock, options: MockOptions, version: string): Promise<StartFacts> {
  return {
    version,
    pid: process.pid,
    url: mock.origin,
    providers: await Promise.all(
      mock.providers.map(async ({ id, variant, title, events }) => ({
        id,
        variant,
        title,
        url: mock.url(id),
        credentials: await mock.credentials(id),
        login: await mock.login(id),
        events: [...events.keys()],
      })),
    ),
    variants: otherVariants(mock.providers),
    webhooks: mock.registered.map(({ id, provider, url, secret }) => ({ id, provider, url, secret })),
    clock: describeClockMode(mock.clock.mode),
    state: { file: options.db ?? null, ...(await mock.summary()) },
    notices: [...mock.notices, ...networkNotice(mock.origin)],
    next: await nextTrigger(mock),
  }
}

/** Ids of the shipped variants of what is served that are not served themselves; none of their documents is read. */
export function otherVariants(providers: readonly Pick<Named, 'id' | 'name'>[]): readonly string[] {
  const served = new Set(providers.map(({ id }) => id))
  const names = new Set(providers.map(({ name }) => name))
  return shippedProviders().flatMap(({ id, name, variant }) =>
    variant !== null && names.has(name) && !served.has(id) ? [id] : [],
  )
}

/** Said where a mock listens elsewhere than on loopback. */
export function networkNotice(origin: string): readonly string[] {
  const host = hostOf(new URL(origin))
  if (isLocalName(host) || isLoopback(host)) return []
  return [
    `It listens on ${host}: who reaches its port can read the secrets and change everything, without a password.`,
  ]
}
