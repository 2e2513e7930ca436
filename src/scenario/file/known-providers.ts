import { registrationSchema } from '../../api/webhook-fields.ts'
import { MockError } from '../../core/errors.ts'
import { asText, isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/text.ts'
import { knownNames, readFault, withProviderId } from '../../fault/read-fault.ts'
import { below, type Issue, issue } from '../../schema/issue.ts'
import { properties } from '../../spec/document.ts'
import { knownProvider, namesWithVariants } from '../../spec/load.ts'
import { findNamed, namesFor, operationNames } from '../../spec/names.ts'
import type { Provider } from '../../spec/provider.ts'
import type { Target } from '../situation.ts'

/** Which providers the names of a file stand for. */
export interface KnownOptions {
  /** Provider documents of one's own, beside the shipped ones. */
  readonly specs?: readonly string[]
  /** Variants, `NAME` or `ID=NAME`, in the place of providers that the file names without one. */
  readonly variant?: string | readonly string[]
}

/** The providers that a file names, and what is checked against their documents. */
export interface KnownProviders {
  /** Every provider as the file names it, whether there is such a one or not. */
  readonly ids: readonly string[]
  /** Every name that a provider of the file has. */
  readonly names: readonly string[]
  /** Ids that are no provider's. */
  readonly issues: readonly Issue[]
  /** The provider of that id, by default the first of the file; undefined where there is none. */
  find(provider: string | undefined): Provider | undefined
  /** Its provider and its account. */
  checkTarget(target: Target, at: string): readonly Issue[]
  /** The name of an event type or an operation. */
  checkName(target: Target, what: keyof typeof NAMES, name: string | null, at: string): readonly Issue[]
  /** The provider's own fields of a webhook, and event types among them. */
  checkFields(webhook: Target & { readonly fields?: JsonObject }, at: string): readonly Issue[]
  /** A fault as it is written, with its plane. */
  checkFault(fault: JsonObject, at: string): readonly Issue[]
}

const NAMES: Readonly<Record<'event' | 'operation', (provider: Provider) => readonly string[]>> = {
  event: ({ events }) => [...events.keys()],
  operation: ({ operations }) => [...operationNames(operations).keys()],
}

/** @throws MockError for a document of the user's own that is broken. */
export async function loadKnownProviders(
  { provider, providers }: JsonObject,
  { specs = [], variant = [] }: KnownOptions,
): Promise<KnownProviders> {
  const names =
    (providers as readonly string[] | undefined) ?? (provider === undefined ? [] : [provider as string])
  const loaded = new Map<string, Provider>()
  const issues: Issue[] = []
  const chosen = await namesWithVariants(names, specs, [variant].flat())
  for (const [i, name] of names.entries())
    try {
      loaded.set(name, await knownProvider(chosen[i] ?? name, specs))
    } catch (error) {
      if (!(error instanceof MockError) || error.code !== 'UNKNOWN_PROVIDER') throw error
      const pointer = providers === undefined ? '/provider' : `/providers/${i}`
      const hint = `${error.hint} A document of your own is named with --spec FILE.`
      issues.push(issue(pointer, `there is no provider "${name}"`, hint))
    }
  return knownProviders(names, loaded, issues)
}

function knownProviders(
  ids: readonly string[],
  loaded: ReadonlyMap<string, Provider>,
  issues: readonly Issue[],
): KnownProviders {
  const providers = [...loaded.values()]
  const find = (provider = ids[0]) => loaded.get(provider ?? '') ?? findNamed(providers, provider ?? '')
  return {
    ids,
    names: [...new Set([...ids, ...providers.flatMap((one) => namesFor(providers, one))])],
    issues,
    find,
    checkTarget({ provider, account }, at) {
      const isKnown = provider === undefined || ids.includes(provider) || find(provider) !== undefined
      if (!isKnown && !provider.startsWith('$') && ids.length > 0) {
        const hint = `${suggestion(provider, ids)} Those that take part stand under "providers".`
        return [issue(`${at}/provider`, `the scenario has no provider "${provider}"`, hint)]
      }
      const found = find(provider)
      const names = (found?.accounts ?? []).map(({ name }) => name as string)
      if (found === undefined || account === undefined || account.startsWith('$') || names.includes(account))
        return []
      return [issue(`${at}/account`, `there is no account "${account}"`, suggestion(account, names))]
    },
    checkName({ provider }, what, name, at) {
      const found = find(provider)
      if (name === null || name.startsWith('$') || found === undefined) return []
      const names = NAMES[what](found)
      if (names.includes(name)) return []
      return [issue(`${at}/${what}`, `${found.id} has no ${what} "${name}"`, suggestion(name, names))]
    },
    checkFields({ provider, fields = {} }, at) {
      const found = find(provider)
      return found === undefined ? [] : fieldIssues(found, fields, `${at}/fields`)
    },
    checkFault(written, at) {
      const fault = withProviderId(providers, written)
      const on = isJsonObject(fault.on) ? fault.on : {}
      const named = providers.filter(({ id }) => on.provider === undefined || on.provider === id)
      const account = [
        ...new Set(named.flatMap(({ accounts }) => accounts.map(({ name }) => name as string))),
      ]
      const names = { ...knownNames(providers, on.provider), account }
      // Of a provider that is not there nothing is known.
      const isComplete = on.provider === undefined ? ids.length === providers.length : named.length > 0
      // What a reference stands for is not known before the run.
      const fixed = Object.entries(names).filter(([key]) => !asText(on[key]).startsWith('$'))
      const read = readFault(fault, isComplete ? Object.fromEntries(fixed) : {})
      if ('fault' in read) return []
      return below(at, read.issues)
    },
  }
}

function fieldIssues(provider: Provider, fields: JsonObject, at: string): readonly Issue[] {
  const known = properties(registrationSchema(provider)).map(([name]) => name)
  const unknown = known.length === 0 ? [] : Object.keys(fields).filter((name) => !known.includes(name))
  return [
    ...unknown.map((name) =>
      issue(`${at}/${name}`, `a webhook of ${provider.id} has no field "${name}"`, suggestion(name, known)),
    ),
    ...eventTypeIssues(provider, fields, at),
  ]
}

/** Event types that the provider does not have, in the field that chooses them. */
function eventTypeIssues(
  { id, events, resource: { filter } }: Provider,
  fields: JsonObject,
  at: string,
): readonly Issue[] {
  if (filter === undefined || filter.match !== 'type') return []
  const types = [...events.keys()]
  const chosen = fields[filter.field]
  if (!Array.isArray(chosen)) return []
  return (chosen as readonly Json[]).flatMap((one, i) =>
    typeof one !== 'string' || one.includes('$') || types.includes(one)
      ? []
      : [issue(`${at}/${filter.field}/${i}`, `${id} has no event "${one}"`, suggestion(one, types))],
  )
}
