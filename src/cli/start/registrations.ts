import { nearest } from '../../core/nearest.ts'
import type { MockOptions } from '../../mock.ts'
import type { ForProvider } from '../readers.ts'
import { usageError } from '../usage-error.ts'

type Registration = NonNullable<MockOptions['register']>[number]

export interface RegistrationInput {
  readonly forwardTo: readonly ForProvider[]
  /** `[ID=]S`, as written: a secret may itself hold an `=`. */
  readonly secret: readonly string[]
  /** The providers that will be served, as far as they are known before their documents are read. */
  readonly providers: readonly string[]
  /** Those that come with hookproof: who names one of them, or nearly, means a provider. */
  readonly shipped: readonly string[]
  /** Whether documents of the user's own are served too, whose ids are not known yet. */
  readonly hasSpecs: boolean
}

/** Pairs each `--forward-to` with its `--secret`. */
export function registrations(input: RegistrationInput): readonly Registration[] {
  const { forwardTo, providers, shipped, hasSpecs } = input
  const known = new Set([...providers, ...forwardTo.flatMap(({ provider }) => provider ?? [])])
  const secrets = input.secret.map((text) => splitSecret(text, known, shipped))
  const named = new Map(
    secrets.flatMap(({ provider, value }) => (provider === undefined ? [] : [[provider, value] as const])),
  )
  const general = secrets.flatMap(({ provider, value }) => (provider === undefined ? [value] : []))
  if (general.length > 1)
    throw usageError(
      'Failed to read --secret: there are several, and nothing says whose they are.',
      'Write --secret ID=SECRET.',
    )
  const fallback = general[0]
  return forwardTo.flatMap(({ provider, value: url }) => {
    if (provider !== undefined) return [registration(provider, url, named.get(provider) ?? fallback)]
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
  const [, provider, value] = /^([a-z0-9][a-z0-9-]*)=(.+)$/s.exec(text) ?? []
  if (provider === undefined || value === undefined) return { provider: undefined, value: text }
  if (known.has(provider)) return { provider, value }
  const meant = nearest(provider, [...known, ...shipped], Math.max(1, Math.floor(provider.length / 3)))
  if (meant === undefined) return { provider: undefined, value: text }
  const reason = known.has(meant) ? 'is no provider' : 'is not served'
  const first =
    meant === provider ? `Served are: ${[...known].sort().join(', ')}.` : `Did you mean "${meant}"?`
  throw usageError(
    `Failed to read --secret: "${provider}" ${reason}.`,
    `${first} A secret that itself begins with "${provider}=" is written ID=${provider}=….`,
  )
}

function registration(provider: string | undefined, url: string, secret: string | undefined): Registration {
  return { ...(provider === undefined ? {} : { provider }), url, ...(secret === undefined ? {} : { secret }) }
}
