import { MockError } from '../../core/errors.ts'
import { isJsonObject, type Json, type JsonObject, toPointer } from '../../core/json.ts'
import { nearest, suggestion } from '../../core/text.ts'
import { PLANES } from '../../fault/catalogue.ts'
import { knownNames, readFault } from '../../fault/read-fault.ts'
import { type AnswerWord, readAnswer } from '../../receiver/answer.ts'
import { properties } from '../../spec/document.ts'
import { loadProvider } from '../../spec/load.ts'
import type { EventType, Operation, Provider, Schema } from '../../spec/provider.ts'
import { shippedProviders } from '../../spec/shipped.ts'
import {
  type Expectation,
  type ScenarioProblem,
  type Step,
  scenarioProblem,
  type Target,
} from '../scenario.ts'

/** Path parameters that the operation has not, and those that it has and the call leaves out. */
function callProblems(
  { path }: Pick<Extract<Step, { kind: 'call' }>, 'path'>,
  operation: Operation,
  at: string,
): readonly ScenarioProblem[] {
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const unknown = Object.keys(path).filter((name) => !names.includes(name))
  const missing = names.filter((name) => path[name] === undefined)
  const without = 'Its path has none; what follows the question mark stands under "query".'
  return [
    ...unknown.map((name) =>
      scenarioProblem(
        `${at}/path/${name}`,
        `${operation.id} has no path parameter "${name}"`,
        names.length === 0 ? without : suggestion(name, names),
      ),
    ),
    ...(unknown.length > 0 ? [] : missing).map((name) =>
      scenarioProblem(at, `${operation.id} lacks its path parameter "${name}"`, `Add path: { ${name}: … }.`),
    ),
  ]
}

/** What is wrong with the faults of a file, those of its steps among them. */
export function faultProblems(file: JsonObject, known: Known): readonly ScenarioProblem[] {
  const planes = (file.faults ?? {}) as JsonObject
  const planned = PLANES.flatMap((plane) =>
    ((planes[plane] ?? []) as readonly JsonObject[]).flatMap((fault, i) =>
      problemsOf({ ...fault, plane }, `/faults/${plane}/${i}`, known),
    ),
  )
  const steps = ((file.steps ?? []) as readonly Json[]).flatMap((step, i) =>
    isJsonObject(step) && isJsonObject(step.fault) ? problemsOf(step.fault, `/steps/${i}/fault`, known) : [],
  )
  return [...planned, ...steps]
}

function problemsOf(source: JsonObject, at: string, { providers, named }: Known): readonly ScenarioProblem[] {
  const on = isJsonObject(source.on) ? source.on : {}
  const meant = providers.filter(({ id }) => on.provider === undefined || on.provider === id)
  const account = [...new Set(meant.flatMap(({ accounts }) => accounts.map(({ name }) => name as string)))]
  const names = { ...knownNames(providers, on.provider), account }
  // Of a provider that is not there nothing is known.
  const isCertain = on.provider === undefined ? named.length === providers.length : meant.length > 0
  // What a reference stands for is not known before it is there.
  const fixed = Object.entries(names).filter(([key]) => !String(on[key]).startsWith('$'))
  const read = readFault(source, isCertain ? Object.fromEntries(fixed) : {})
  if ('fault' in read) return []
  return read.issues.map(({ pointer, reason, hint }) => scenarioProblem(`${at}${pointer}`, reason, hint))
}

export interface Known {
  /** Those that the file names, in its order, as far as there are such. */
  readonly providers: readonly Provider[]
  /** Every id that the file names. */
  readonly named: readonly string[]
  /** Whether the first one of them, which is meant where nothing else is said, is there. */
  readonly hasFirst: boolean
  readonly problems: readonly ScenarioProblem[]
}

/** The providers that a file names. @throws MockError for a document of one's own that is broken. */
export async function knownProviders(
  { provider, providers }: JsonObject,
  specs: readonly string[],
): Promise<Known> {
  const own = await Promise.all(specs.map((file) => loadProvider(file)))
  const shipped = shippedProviders().filter(({ id }) => own.every((one) => one.id !== id))
  const known = [...own, ...shipped].map(({ id }) => id as string)
  const named =
    (providers as readonly string[] | undefined) ?? (provider === undefined ? [] : [provider as string])
  const problems = named.flatMap((id, i) => {
    if (known.includes(id)) return []
    const pointer = providers === undefined ? '/provider' : `/providers/${i}`
    const hint = `${suggestion(id, known)} A document of your own is named with --spec FILE.`
    return [scenarioProblem(pointer, `there is no provider "${id}"`, hint)]
  })
  const found = named
    .filter((id) => known.includes(id))
    .map(async (id) => {
      const mine = own.find((one) => one.id === id)
      const file = shipped.find((one) => one.id === id)?.file
      return mine ?? loadProvider(file ?? id)
    })
  const hasFirst = known.includes(named[0] ?? '')
  return { providers: await Promise.all(found), named, hasFirst, problems }
}

/** Members of a payload that neither the schema nor the sample of its event knows. */
function payloadProblems(
  { type, schema, sample }: EventType,
  payload: Json | undefined,
  at: string,
): readonly ScenarioProblem[] {
  return within(payload, { schemas: [schema], sample, at, type })
}

interface Place {
  /** What the document says of it, in every alternative. */
  readonly schemas: readonly Schema[]
  readonly sample: Json | undefined
  readonly at: string
  readonly type: string
}

function within(value: Json | undefined, place: Place): readonly ScenarioProblem[] {
  const parts = place.schemas.flatMap(partsOf)
  if (Array.isArray(value)) {
    const schemas = parts.flatMap(({ items }) => (isJsonObject(items) ? [items] : []))
    return (value as readonly Json[]).flatMap((one, i) =>
      within(one, { ...place, schemas, sample: undefined, at: `${place.at}/${i}` }),
    )
  }
  if (!isJsonObject(value)) return []
  const known = parts.flatMap(({ properties }) => (isJsonObject(properties) ? [properties] : []))
  const sample = isJsonObject(place.sample) ? place.sample : {}
  const names = [...new Set([...known, sample].flatMap((one) => Object.keys(one)))]
  const isClosed = parts.some(takesNoOther) && !parts.some(takesAny)
  // Where the document leaves it open, only what looks like a slip is one.
  const isUnknown = (name: string) =>
    !names.includes(name) && (isClosed || (!parts.some(takesAny) && nearest(name, names) !== undefined))
  return Object.entries(value).flatMap(([name, one]) => {
    const at = `${place.at}${toPointer([name])}`
    if (isUnknown(name)) return [unknown(name, names, { ...place, at })]
    const schemas = known.flatMap((properties) => {
      const found = Object.hasOwn(properties, name) ? properties[name] : undefined
      return isJsonObject(found) ? [found] : []
    })
    return within(one, { ...place, schemas, sample: sample[name], at })
  })
}

function unknown(name: string, names: readonly string[], { at, type }: Place): ScenarioProblem {
  const hint = `${suggestion(name, names)} Where it is meant, add raw: true.`
  return scenarioProblem(at, `the body of ${type} has no "${name}" here`, hint)
}

/** A schema with all its alternatives and conditions. */
function partsOf(schema: Schema): readonly Schema[] {
  const lists = [schema.allOf, schema.anyOf, schema.oneOf].flatMap((list) =>
    Array.isArray(list) ? list : [],
  )
  const inner = [...(lists as readonly Json[]), schema.then ?? null, schema.else ?? null].filter(isJsonObject)
  return [schema, ...inner.flatMap(partsOf)]
}

function takesAny({ additionalProperties, patternProperties }: Schema): boolean {
  return (
    patternProperties !== undefined || additionalProperties === true || isJsonObject(additionalProperties)
  )
}

function takesNoOther({ additionalProperties, unevaluatedProperties }: Schema): boolean {
  return additionalProperties === false || unevaluatedProperties === false
}

/** Fields that the provider's webhooks have not, and event types that it has not in the field that chooses them. */
function fieldProblems(provider: Provider, fields: JsonObject, at: string): readonly ScenarioProblem[] {
  const known = properties(createSchema(provider)).map(([name]) => name)
  const unknown = known.length === 0 ? [] : Object.keys(fields).filter((name) => !known.includes(name))
  return [
    ...unknown.map((name) =>
      scenarioProblem(
        `${at}/${name}`,
        `a webhook of ${provider.id} has no field "${name}"`,
        suggestion(name, known),
      ),
    ),
    ...eventTypeProblems(provider, fields, at),
  ]
}

function eventTypeProblems(
  { id, events, resource: { filter } }: Provider,
  fields: JsonObject,
  at: string,
): readonly ScenarioProblem[] {
  if (filter === undefined || filter.match !== 'type') return []
  const types = [...events.keys()]
  const chosen = fields[filter.field]
  const place = `${at}/${filter.field}`
  const named: readonly (readonly [Json, string])[] = Array.isArray(chosen)
    ? (chosen as readonly Json[]).map((one, i) => [one, `${place}/${i}`] as const)
    : []
  return named.flatMap(([one, pointer]) =>
    typeof one !== 'string' || one.includes('$') || types.includes(one)
      ? []
      : [scenarioProblem(pointer, `${id} has no event "${one}"`, suggestion(one, types))],
  )
}

/** Of the body of the operation that makes webhooks. */
function createSchema({ operations }: Provider): Schema {
  const create = operations.find(({ mock }) => mock?.action === 'create')
  const body = create?.body?.contents[0]?.schema ?? {}
  const wrapper = create?.mock?.input
  return wrapper === undefined ? body : (properties(body).find(([name]) => name === wrapper)?.[1] ?? {})
}

/** Names that the provider that is meant does not know: itself, its accounts, operations and event types. */
export const providerProblems = {
  webhook: (plan: JsonObject, pointer: string, known: Known) => [
    ...targetProblems(plan as Target, pointer, known),
    ...inFields(plan as Target & { readonly fields?: JsonObject }, pointer, known),
  ],

  step(step: Step, pointer: string, known: Known): readonly ScenarioProblem[] {
    const at = `${pointer}/${step.kind}`
    if (step.kind === 'trigger')
      return [
        ...targetProblems(step, at, known),
        ...named(step, 'event', step.event, at, known),
        ...inPayload(step, at, known),
      ]
    if (step.kind === 'call')
      return [
        ...targetProblems(step, at, known),
        ...named(step, 'operation', step.operation, at, known),
        ...inCall(step, at, known),
      ]
    if (step.kind === 'register')
      return [
        ...targetProblems(step.webhook, at, known),
        // What is expected may be that the provider refuses it.
        ...(step.expect === null ? inFields(step.webhook, at, known) : []),
      ]
    if (step.kind === 'expect') return expectationProblems(step.that, at, known)
    return step.kind === 'wait' ? expectationProblems(step.for, at, known) : []
  },
}

function inFields(
  { provider, fields = {} }: Target & { readonly fields?: JsonObject },
  at: string,
  known: Known,
): readonly ScenarioProblem[] {
  const found = meant(provider, known)
  return found === undefined ? [] : fieldProblems(found, fields, `${at}/fields`)
}

function inPayload(
  { provider, event, payload, raw }: Extract<Step, { kind: 'trigger' }>,
  at: string,
  known: Known,
): readonly ScenarioProblem[] {
  const type = meant(provider, known)?.events.get(event)
  return type === undefined || raw ? [] : payloadProblems(type, payload, `${at}/payload`)
}

function inCall(step: Extract<Step, { kind: 'call' }>, at: string, known: Known): readonly ScenarioProblem[] {
  const operation = meant(step.provider, known)?.operations.find(({ id }) => id === step.operation)
  return operation === undefined ? [] : callProblems(step, operation, at)
}

function expectationProblems(expectation: Expectation, at: string, known: Known): readonly ScenarioProblem[] {
  const place = `${at}/${expectation.kind}`
  if (expectation.kind === 'violations') return targetProblems(expectation, place, known)
  if (expectation.kind !== 'requests') return []
  return [
    ...targetProblems(expectation, place, known),
    ...named(expectation, 'operation', expectation.operation, place, known),
  ]
}

function targetProblems({ provider, account }: Target, at: string, known: Known): readonly ScenarioProblem[] {
  const ids = known.named
  if (provider !== undefined && !provider.startsWith('$') && ids.length > 0 && !ids.includes(provider))
    return [
      scenarioProblem(
        `${at}/provider`,
        `the scenario has no provider "${provider}"`,
        `${suggestion(provider, ids)} Those that it plays with stand under "providers".`,
      ),
    ]
  const found = meant(provider, known)
  const names = (found?.accounts ?? []).map(({ name }) => name as string)
  if (found === undefined || account === undefined || account.startsWith('$') || names.includes(account))
    return []
  return [scenarioProblem(`${at}/account`, `there is no account "${account}"`, suggestion(account, names))]
}

const NAMES: Readonly<Record<'event' | 'operation', (provider: Provider) => readonly string[]>> = {
  event: ({ events }) => [...events.keys()],
  operation: ({ operations }) => operations.map(({ id }) => id),
}

function named(
  { provider }: Target,
  what: 'event' | 'operation',
  name: string | null,
  at: string,
  known: Known,
): readonly ScenarioProblem[] {
  const found = meant(provider, known)
  if (name === null || name.startsWith('$') || found === undefined) return []
  const names = NAMES[what](found)
  if (names.includes(name)) return []
  return [scenarioProblem(`${at}/${what}`, `${found.id} has no ${what} "${name}"`, suggestion(name, names))]
}

/** Undefined where the file names one that is not there. */
function meant(provider: string | undefined, { providers, hasFirst }: Known): Provider | undefined {
  if (provider === undefined) return hasFirst ? providers[0] : undefined
  return providers.find(({ id }) => id === provider)
}

/** What the stand-in answers, as a list: `503, timeout` and `[503, timeout]` alike. */
export function answerWords(receiver: Json | undefined): readonly Json[] {
  const respond = isJsonObject(receiver) ? receiver.respond : undefined
  if (typeof respond === 'string') return respond.split(/[\s,]+/).filter((word) => word !== '')
  if (typeof respond === 'number') return [respond]
  return (respond as readonly Json[] | undefined) ?? []
}

/** Answers that the stand-in receiver does not know. */
export function respondProblems({ receiver }: JsonObject): readonly ScenarioProblem[] {
  const isList = isJsonObject(receiver) && Array.isArray(receiver.respond)
  return answerWords(receiver).flatMap((word, i) => {
    const at = `/receiver/respond${isList ? `/${i}` : ''}`
    try {
      readAnswer(word as AnswerWord)
      return []
    } catch (error) {
      if (!(error instanceof MockError)) throw error
      const [, reason = error.summary, near = ''] =
        /^Failed to read (.+?)\.(?: (.+))?$/.exec(error.summary) ?? []
      return [scenarioProblem(at, reason, near.endsWith('?') ? near : error.hint)]
    }
  })
}
