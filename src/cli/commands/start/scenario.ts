import { dirname, resolve } from 'node:path'
import { type ClockMode, describeClockMode } from '../../../core/clock.ts'
import type { Json, JsonObject } from '../../../core/json.ts'
import { formatDuration } from '../../../core/units.ts'
import type { MockOptions } from '../../../mock/start-mock.ts'
import type { Lookup } from '../../../scenario/references.ts'
import type { createLookup, createVariables } from '../../../scenario/run/variables.ts'
import type { Scenario } from '../../../scenario/scenario.ts'
import type { FaultPlan, WebhookPlan } from '../../../scenario/situation.ts'
import { findNamed, nameHint, splitId } from '../../../spec/names.ts'
import { shippedProviders } from '../../../spec/shipped.ts'
import type { Invocation } from '../../command.ts'
import { type ForProvider, usageError } from '../../flags.ts'
import type { Io } from '../../io.ts'
import { mockOptions, type startFlags } from './flags.ts'

/** What scenario files ask of a mock that goes on serving. */
interface Situation {
  readonly register: NonNullable<MockOptions['register']>
  readonly faults: NonNullable<MockOptions['faults']>
  /** Ids of the providers that the scenarios use. */
  readonly providers: readonly string[]
  readonly clock: ClockMode | undefined
  readonly seed: string | undefined
  readonly attemptTimeoutMs: number | undefined
  /** Whether a webhook goes to `$receiver`. */
  readonly usesReceiver: boolean
  /** What is in the files but has no effect on a mock that keeps serving. */
  readonly notices: readonly string[]
}

interface Environment {
  /** What `$receiver` stands for. */
  readonly receiver: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Flags that override the files. */
  readonly overridden: ReadonlySet<'clock' | 'seed' | 'attemptTimeout'>
}

/** @throws MockError (input) for files that contradict each other, and for `$receiver` where there is none. */
async function readSituation(
  files: readonly string[],
  known: Pick<MockOptions, 'specs' | 'variant'>,
  environment: Environment,
): Promise<Situation> {
  const { loadScenario } = await import('../../../scenario/file/load.ts')
  const { fillReferences, referencesIn } = await import('../../../scenario/references.ts')
  const { createLookup } = await import('../../../scenario/run/variables.ts')
  const { createVariables } = await import('../../../scenario/run/variables.ts')
  const scenarios: Scenario[] = []
  for (const file of files) scenarios.push(await loadScenario(file, known))
  const isReceiver = (value: Json) => referencesIn(value).some(({ name }) => name === 'receiver')
  const parts = scenarios.map((scenario) => {
    const lookup = lookupOf(scenario, environment, { createLookup, createVariables })
    return {
      register: scenario.webhooks.map((webhook) => fillReferences(registration(webhook, scenario), lookup)),
      faults: scenario.faults
        .filter(({ plane }) => plane !== 'receiver')
        .map((fault) => fillReferences(faultSource(fault, scenario), lookup)),
      usesReceiver: scenario.webhooks.some(({ url }) => isReceiver(url)),
      notices: notices(scenario),
    }
  })
  return {
    register: parts.flatMap(({ register }) => register) as unknown as Situation['register'],
    faults: parts.flatMap(({ faults }) => faults),
    providers: [...new Set(scenarios.flatMap(({ providers }) => providers))],
    clock: environment.overridden.has('clock')
      ? undefined
      : oneOf('clock', scenarios, ({ clock }) => describeClockMode(clock))?.clock,
    seed: environment.overridden.has('seed')
      ? undefined
      : (oneOf('seed', scenarios, ({ seed }) => seed)?.seed ?? undefined),
    attemptTimeoutMs: environment.overridden.has('attemptTimeout')
      ? undefined
      : (oneOf('attempt time-out', scenarios, timeoutText)?.attemptTimeoutMs ?? undefined),
    usesReceiver: parts.some(({ usesReceiver }) => usesReceiver),
    notices: parts.flatMap((part) => part.notices),
  }
}

function registration({ name, provider, account, url, secret, fields }: WebhookPlan, scenario: Scenario) {
  return {
    name,
    provider: provider ?? scenario.providers[0] ?? '',
    url,
    fields,
    ...(account !== undefined && { account }),
    ...(secret !== undefined && { secret }),
  }
}

/** Beside other providers, a scenario's faults are still its own provider's. */
function faultSource({ plane, fault }: FaultPlan, { providers }: Scenario): JsonObject {
  const on = { ...(providers.length === 1 && { provider: providers[0] ?? '' }), ...(fault.on as JsonObject) }
  return { plane, ...fault, on }
}

/** Resolves names as in a run, as far as they have a value before the steps. */
function lookupOf(
  { vars, file }: Scenario,
  { receiver, env }: Environment,
  modules: { readonly createLookup: typeof createLookup; readonly createVariables: typeof createVariables },
): Lookup {
  const around = () => ({
    get receiverUrl() {
      if (receiver !== undefined) return receiver
      throw usageError(
        `Failed to start with ${file}: a webhook goes to $receiver, and nothing says where that is.`,
        'Add --forward-to URL.',
      )
    },
    origin: '',
    folder: dirname(resolve(file)),
    urls: {},
    env,
  })
  return modules.createLookup(modules.createVariables(vars), around)
}

function notices({ file, steps, faults, receiver }: Scenario): readonly string[] {
  const standIn = receiver !== null || faults.some(({ plane }) => plane === 'receiver')
  return [
    ...(steps.length === 0
      ? []
      : [`${file}: its steps are not run here. Run them with hookproof run ${file}.`]),
    ...(standIn ? [`${file}: start has no stand-in receiver. Start one with hookproof listen.`] : []),
  ]
}

function timeoutText({ attemptTimeoutMs }: Scenario): string | null {
  return attemptTimeoutMs === null ? null : formatDuration(attemptTimeoutMs)
}

/** The first scenario that sets a value; @throws MockError (input) when another one sets a different value. */
function oneOf(
  what: string,
  scenarios: readonly Scenario[],
  textOf: (scenario: Scenario) => string | null,
): Scenario | undefined {
  const setting = scenarios.filter((scenario) => textOf(scenario) !== null)
  const [first] = setting
  const other = setting.find((scenario) => first !== undefined && textOf(scenario) !== textOf(first))
  if (first !== undefined && other !== undefined)
    throw usageError(
      `Failed to start: ${first.file} has the ${what} ${textOf(first)}, and ${other.file} ${textOf(other)}.`,
      `Say which with --${what}, or give both the same.`,
    )
  return first
}

export interface RequestedOptions {
  readonly options: MockOptions
  /** Notices about the scenarios, for the user. */
  readonly notices: readonly string[]
}

type Given = Pick<Invocation<typeof startFlags>, 'flags' | 'given'>

/** What the flags and the scenarios that they name ask of the mock. Can be read again when the files have changed. */
export async function requestedOptions(
  { flags, given }: Given,
  { env }: Pick<Io, 'env'>,
): Promise<RequestedOptions> {
  const shipped: readonly string[] = shippedProviders().map(({ id }) => id)
  const usual = shipped.filter((id) => splitId(id).variant === null)
  const options = mockOptions(flags, shipped, given)
  if (flags.scenario.length === 0) return { options, notices: [] }
  const situation = await readSituation(flags.scenario, options, {
    receiver: flags.forwardTo[0]?.value,
    env,
    overridden: new Set([
      ...(given.has('clock') || env.HOOKPROOF_CLOCK ? (['clock'] as const) : []),
      ...(flags.seed === undefined ? [] : (['seed'] as const)),
      ...(flags.attemptTimeout === undefined ? [] : (['attemptTimeout'] as const)),
    ]),
  })
  const { register, faults, clock, seed, attemptTimeoutMs, usesReceiver, notices } = situation
  if (usesReceiver) checkServed(flags.forwardTo, options, situation.providers, shipped)
  const servesAll = options.providers === undefined && flags.spec.length === 0
  const used = situation.providers.filter((id) => shipped.includes(id))
  return {
    options: {
      ...options,
      ...(!servesAll || used.some((id) => splitId(id).variant !== null)
        ? { providers: [...new Set([...(servesAll ? usual : (options.providers ?? [])), ...used])] }
        : {}),
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

/** Checks the providers of `--forward-to`, which nothing else reads when the scenarios register the webhooks. */
function checkServed(
  forwardTo: readonly ForProvider[],
  { providers, specs }: MockOptions,
  used: readonly string[],
  shipped: readonly string[],
): void {
  if (specs !== undefined && specs.length > 0) return
  const served = [...(providers ?? shipped), ...used].map((id) => ({ id, ...splitId(id) }))
  const unknown = forwardTo.find(
    ({ provider }) => provider !== undefined && findNamed(served, provider) === undefined,
  )?.provider
  if (unknown === undefined) return
  throw usageError(`Failed to find the provider "${unknown}".`, nameHint(served, unknown))
}
