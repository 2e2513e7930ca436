import { registrationSchema } from '../../api/webhook-fields.ts'
import { asText, isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import { suggestion } from '../../core/text.ts'
import { knownNames, readFault } from '../../fault/read-fault.ts'
import { below, type Issue, issue } from '../../schema/issue.ts'
import { properties } from '../../spec/document.ts'
import { loadProvider } from '../../spec/load.ts'
import type { Provider } from '../../spec/provider.ts'
import { shippedProviders } from '../../spec/shipped.ts'
import type { Target } from '../situation.ts'

/** The providers that a file names, and what is checked against their documents. */
export interface KnownProviders {
  /** Every id that the file names, whether there is such a provider or not. */
  readonly ids: readonly string[]
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
  operation: ({ operations }) => operations.map(({ id }) => id),
}

/** @throws MockError for a document of the user's own that is broken. */
export async function loadKnownProviders(
  { provider, providers }: JsonObject,
  specs: readonly string[],
): Promise<KnownProviders> {
  const own = await Promise.all(specs.map((file) => loadProvider(file)))
  const shipped = shippedProviders().filter(({ id }) => own.every((one) => one.id !== id))
  const known = [...own, ...shipped].map(({ id }) => id as string)
  const ids =
    (providers as readonly string[] | undefined) ?? (provider === undefined ? [] : [provider as string])
  const issues = ids.flatMap((id, i) => {
    if (known.includes(id)) return []
    const pointer = providers === undefined ? '/provider' : `/providers/${i}`
    const hint = `${suggestion(id, known)} A document of your own is named with --spec FILE.`
    return [issue(pointer, `there is no provider "${id}"`, hint)]
  })
  const load = async (id: string) =>
    own.find((one) => one.id === id) ?? loadProvider(shipped.find((one) => one.id === id)?.file ?? id)
  const found = ids.filter((id) => known.includes(id))
  const loaded = await Promise.all(found.map(async (id) => [id, await load(id)] as const))
  return knownProviders(ids, new Map(loaded), issues)
}

function knownProviders(
  ids: readonly string[],
  loaded: ReadonlyMap<string, Provider>,
  issues: readonly Issue[],
): KnownProviders {
  const providers = [...loaded.values()]
  const find = (provider = ids[0]) => loaded.get(provider ?? '')
  return {
    ids,
    issues,
    find,
    checkTarget({ provider, account }, at) {
      if (provider !== undefined && !provider.startsWith('$') && ids.length > 0 && !ids.includes(provider)) {
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
    checkFault(fault, at) {
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
