import type { MockOptions } from '../../mock.ts'
import { shippedProviders } from '../../spec/shipped.ts'
import type { Invocation } from '../command.ts'
import type { Io } from '../io.ts'
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
    ]),
  })
  const { register, faults, clock, seed, usesReceiver, notices } = situation
  const servesAll = options.providers === undefined && flags.spec.length === 0
  const played = situation.providers.filter((id) => shipped.includes(id))
  return {
    options: {
      ...options,
      ...(servesAll ? {} : { providers: [...new Set([...(options.providers ?? []), ...played])] }),
      ...(clock !== undefined && { clock }),
      ...(seed !== undefined && { seed }),
      // Where the scenarios say what goes to the receiver, it gets nothing beside it.
      register: usesReceiver ? register : [...(options.register ?? []), ...register],
      faults,
    },
    notices,
  }
}
