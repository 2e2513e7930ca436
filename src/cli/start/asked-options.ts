import { suggestion } from '../../core/nearest.ts'
import type { MockOptions } from '../../mock.ts'
import { shippedProviders } from '../../spec/shipped.ts'
import type { Invocation } from '../command.ts'
import type { Io } from '../io.ts'
import type { ForProvider } from '../readers.ts'
import { usageError } from '../usage-error.ts'
import { mockOptions } from './mock-options.ts'
import { readSituation } from './situation.ts'
import type { startFlags } from './start-flags.ts'

export interface Asked {
  readonly options: MockOptions
  /** What is to be said of the scenarios. */
  readonly notices: readonly string[]
}

type Given = Pick<Invocation<typeof startFlags>, 'flags' | 'given'>

/** What the flags and the scenarios that they name ask of the mock. Can be read again when the files have changed. */
export async function askedOptions({ flags, given }: Given, { env }: Pick<Io, 'env'>): Promise<Asked> {
  const shipped: readonly string[] = shippedProviders().map(({ id }) => id)
  const options = mockOptions(flags, shipped, given)
  if (flags.scenario.length === 0) return { options, notices: [] }
  const situation = await readSituation(flags.scenario, flags.spec, {
    receiver: flags.forwardTo[0]?.value,
    env,
    said: new Set([
      ...(given.has('clock') || env.HOOKPROOF_CLOCK ? (['clock'] as const) : []),
      ...(flags.seed === undefined ? [] : (['seed'] as const)),
      ...(flags.attemptTimeout === undefined ? [] : (['attemptTimeout'] as const)),
    ]),
  })
  const { register, faults, clock, seed, attemptTimeoutMs, usesReceiver, notices } = situation
  if (usesReceiver) checkServed(flags.forwardTo, options, situation.providers, shipped)
  const servesAll = options.providers === undefined && flags.spec.length === 0
  const played = situation.providers.filter((id) => shipped.includes(id))
  return {
    options: {
      ...options,
      ...(servesAll ? {} : { providers: [...new Set([...(options.providers ?? []), ...played])] }),
      ...(clock !== undefined && { clock }),
      ...(seed !== undefined && { seed }),
      ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }),
      // Where the scenarios say what goes to the receiver, it gets nothing beside it.
      register: usesReceiver ? register : [...(options.register ?? []), ...register],
      faults,
    },
    notices,
  }
}

/** Where they are all taken over by the scenarios, nothing else would find the slip. */
function checkServed(
  forwardTo: readonly ForProvider[],
  { providers, specs }: MockOptions,
  played: readonly string[],
  shipped: readonly string[],
): void {
  if (specs !== undefined && specs.length > 0) return
  const served = providers === undefined ? shipped : [...providers, ...played]
  const unknown = forwardTo.find(
    ({ provider }) => provider !== undefined && !served.includes(provider),
  )?.provider
  if (unknown === undefined) return
  throw usageError(`Failed to find the provider "${unknown}".`, suggestion(unknown, served))
}
