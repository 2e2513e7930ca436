import { nearest } from '../../../core/text.ts'
import type { MockOptions } from '../../../mock/start-mock.ts'
import { findNamed, namesFor, PROVIDER_AND_VALUE, splitId } from '../../../spec/names.ts'
import {
  clock,
  duration,
  type ForProvider,
  formatFlag,
  forProviderUrl,
  forwarding,
  list,
  port,
  specFlag,
  text,
  toggle,
  usageError,
  type Values,
  value,
} from '../../flags.ts'
import { variantFlag } from '../../variant-flag.ts'

type Registration = NonNullable<MockOptions['register']>[number]

interface RegistrationInput {
  readonly forwardTo: readonly ForProvider[]
  /** `[ID=]S`, as written: a secret may itself hold an `=`. */
  readonly secret: readonly string[]
  /** The providers that will be served, as far as they are known before their documents are read. */
  readonly providers: readonly string[]
  /** Those that come with hookproof: a name that is nearly one of theirs is taken for a mistyped one. */
  readonly shipped: readonly string[]
  /** Whether documents of the user's own are served too, whose ids are not known yet. */
  readonly hasSpecs: boolean
}

/** Pairs each `--forward-to` with its `--secret`. */
function registrations(input: RegistrationInput): readonly Registration[] {
  const { forwardTo, providers, shipped, hasSpecs } = input
  const served = providers.map((id) => ({ id, ...splitId(id) }))
  const idOf = (name: string) => findNamed(served, name)?.id ?? name
  const known = new Set([
    ...served.flatMap((one) => namesFor(served, one)),
    ...forwardTo.flatMap(({ provider }) => provider ?? []),
  ])
  const secrets = input.secret.map((text) => splitSecret(text, known, shipped))
  const named = new Map(
    secrets.flatMap(({ provider, value }) =>
      provider === undefined ? [] : [[idOf(provider), value] as const],
    ),
  )
  const general = secrets.flatMap(({ provider, value }) => (provider === undefined ? [value] : []))
  if (general.length > 1)
    throw usageError(
      'Failed to read --secret: there are several, and nothing says whose they are.',
      'Write --secret ID=SECRET.',
    )
  const fallback = general[0]
  return forwardTo.flatMap(({ provider, value: url }) => {
    if (provider !== undefined) return [registration(provider, url, named.get(idOf(provider)) ?? fallback)]
    if (named.size === 0) return [registration(undefined, url, fallback)]
    if (hasSpecs)
      throw usageError(
        'Failed to read --forward-to: with --spec and --secret ID=SECRET it has to name its provider too.',
        `Write --forward-to ID=${url}.`,
      )
    return providers.map((id) => registration(id, url, named.get(id) ?? fallback))
  })
}

/**
 * The part before the `=` is an id only where it is the id of a provider: secrets end with `=` often enough. One that is
 * nearly an id is a slip, and would else be the secret of all.
 */
function splitSecret(text: string, known: ReadonlySet<string>, shipped: readonly string[]): ForProvider {
  const [, provider, value] = PROVIDER_AND_VALUE.exec(text) ?? []
  if (provider === undefined || value === undefined) return { provider: undefined, value: text }
  if (known.has(provider)) return { provider, value }
  const near = nearest(provider, [...known, ...shipped], Math.max(1, Math.floor(provider.length / 3)))
  if (near === undefined) return { provider: undefined, value: text }
  const reason = known.has(near) ? 'is no provider' : 'is not served'
  const first = near === provider ? `Served are: ${[...known].sort().join(', ')}.` : `Did you mean "${near}"?`
  throw usageError(
    `Failed to read --secret: "${provider}" ${reason}.`,
    `${first} A secret that itself begins with "${provider}=" is written ID=${provider}=….`,
  )
}

function registration(provider: string | undefined, url: string, secret: string | undefined): Registration {
  return { ...(provider === undefined ? {} : { provider }), url, ...(secret === undefined ? {} : { secret }) }
}

const DEFAULT_PORT = 4010

const DEFAULT_DB = './.hookproof/db.json'

export const startFlags = {
  provider: list(
    '--provider <id...>',
    'serve only these (default: all, or with --spec only its documents)',
    text,
  ),
  spec: specFlag,
  port: value(
    '--port <n>',
    `where to listen, 0 for any free port (default: ${DEFAULT_PORT})`,
    port,
    DEFAULT_PORT,
  ),
  host: value('--host <address>', 'listen on this address (default: 127.0.0.1 and ::1)', text),
  db: value('--db <file>', `where the state is kept (default: ${DEFAULT_DB})`, text),
  memory: toggle('--memory', 'keep nothing').conflicts('db'),
  reset: toggle('--reset', 'begin with an empty state'),
  repair: toggle(
    '--repair',
    'go on with what is valid in a damaged state; a copy of its files is kept',
  ).conflicts('reset'),
  clock: value('--clock <clock>', 'real, virtual, or x60 for sixty times as fast (default: real)', clock, {
    kind: 'real',
  } as const),
  variant: variantFlag('serve this variant and no other of its provider', '...'),
  forwardTo: list('--forward-to <[id=]url...>', 'register a webhook for all events there', forProviderUrl),
  secret: list(
    '--secret <[id=]secret...>',
    'its secret; ID= only where ID is, or is nearly, the id of a provider',
    text,
  ),
  secretEnv: value('--secret-env <name>', 'under which name COMMAND gets the secret', text, 'WEBHOOK_SECRET'),
  forward: list(
    '--forward <from=to...>',
    'deliver there what is registered for an origin, a URL prefix or *',
    forwarding,
  ),
  allowHost: list('--allow-host <host...>', 'let deliveries go to NAME[:PORT] or a CIDR range', text),
  serverName: list(
    '--server-name <host...>',
    'answer to this name as well, beside loopback and the bound host',
    text,
  ),
  strictUrls: toggle(
    '--strict-urls',
    'refuse http:// and untrusted certificates of this machine, too, where the provider does',
  ),
  strict: toggle(
    '--strict',
    'exit with 1 if a contract was violated, undeclared routes and fields count as well',
  ),
  attemptTimeout: value(
    '--attempt-timeout <duration>',
    "time-out of every attempt, in place of the providers'",
    duration,
  ),
  ca: value('--ca <file>', 'certificates (PEM) that receivers may be signed by', text),
  insecure: toggle('--insecure', "accept any receiver's certificate"),
  scenario: list(
    '--scenario <file...>',
    'begin with the webhooks, faults, clock, seed and time-out of a scenario; $receiver is where --forward-to points',
    text,
  ),
  seed: value('--seed <n>', 'ids and secrets are the same for the same seed', text),
  watch: toggle('--watch', 'read documents and scenarios again when they change'),
  format: formatFlag,
}

type StartFlags = Values<typeof startFlags>

/** What the flags of `start` ask of the mock. `shipped` are the providers that come with hookproof. */
export function mockOptions(
  flags: StartFlags,
  shipped: readonly string[],
  given: ReadonlySet<keyof StartFlags> = new Set(),
): MockOptions {
  // Of the two, the one on the command line counts; in the environment, --memory.
  const inMemory = flags.memory && !given.has('db')
  const { host, attemptTimeout, ca, seed } = flags
  if (given.has('secret') && flags.forwardTo.length === 0)
    throw usageError(
      'Failed to read --secret: there is no --forward-to that it could belong to.',
      'Add --forward-to URL.',
    )
  const hasSpecs = flags.spec.length > 0
  const register = registrations({
    forwardTo: flags.forwardTo,
    secret: flags.secret,
    // As the mock has it: documents of one's own are served alone unless more is asked for.
    providers:
      flags.provider.length > 0 || hasSpecs
        ? flags.provider
        : shipped.filter((id) => splitId(id).variant === null),
    shipped,
    hasSpecs,
  })
  return {
    ...(flags.provider.length === 0 ? {} : { providers: flags.provider }),
    specs: flags.spec,
    port: flags.port,
    ...(host === undefined ? {} : { host }),
    ...(inMemory ? {} : { db: flags.db ?? DEFAULT_DB }),
    reset: flags.reset,
    repair: flags.repair,
    clock: flags.clock,
    variant: flags.variant,
    ...(seed === undefined ? {} : { seed }),
    register,
    forward: flags.forward,
    allowHosts: flags.allowHost,
    serverNames: flags.serverName,
    strictUrls: flags.strictUrls,
    strict: flags.strict,
    ...(attemptTimeout === undefined ? {} : { attemptTimeoutMs: attemptTimeout }),
    ...(ca === undefined ? {} : { ca }),
    insecure: flags.insecure,
  }
}
