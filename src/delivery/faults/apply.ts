import type { Instant } from '../../core/clock.ts'
import type { Feed } from '../../core/feed.ts'
import { isJsonObject } from '../../core/json.ts'
import { type Attempt, toBytes } from '../../core/model.ts'
import type { Random } from '../../core/random.ts'
import { type DeliveryAction, deliveryFaults, inOrder } from '../../fault/delivery-catalogue.ts'
import type { Payload, SignedRequest, Signing, Transport } from '../../fault/delivery-fault.ts'
import { otherSecret } from '../../signature/algorithms.ts'
import { secretLike } from '../../signature/keys.ts'
import { properties, valueKeyword } from '../../spec/document.ts'
import type { Schema } from '../../spec/provider.ts'
import type { SignatureKeyword } from '../../spec/vocabulary.ts'
import { type BuiltRequest, buildRequest, type RequestInput, signingSecrets } from '../request.ts'

export interface BuildInput extends RequestInput {
  readonly actions: readonly DeliveryAction[]
  readonly rng: Random
}

export interface BuiltAttempt extends Pick<BuiltRequest, 'url' | 'headers' | 'body' | 'signature'> {
  /** The wall clock, as signed. */
  readonly signedAt: Instant
  /** Names of the faults that had an effect. */
  readonly faults: Attempt['faults']
  /** Null: sent as any other. */
  readonly transport: Transport | null
  /** Whether a fault changed what is sent, not only how. */
  readonly isFaulty: boolean
  readonly isOtherBody: boolean
}

/** The request of an attempt with its faults applied. @throws MockError when a secret is no key of its scheme. */
export function buildAttempt(input: BuildInput, feed: Pick<Feed, 'publish'>): BuiltAttempt {
  const { actions, rng, signedAt } = input
  const { event } = input.facts
  if (actions.length === 0) {
    const plain = { faults: [], transport: null, isFaulty: false, isOtherBody: false }
    return { ...buildRequest(input), signedAt, ...plain }
  }
  const request = faultyRequest(input, actions, rng.fork('faults'))
  const transport = planTransport(actions)
  const hasEffect = (action: DeliveryAction) =>
    deliveryFaults[action.name].phase === 'schedule' ||
    request.effective.has(action) ||
    transport.actions.includes(action)
  for (const { name } of actions.filter((action) => !hasEffect(action))) {
    const text = noEffect(name, { type: event.type, id: event.id, provider: input.provider.id })
    feed.publish({ type: 'notice', text })
  }
  return {
    ...request,
    faults: [...new Set(actions.filter(hasEffect).map(({ name }) => name))],
    transport: transport.plan,
    isFaulty: request.effective.size > 0,
    isOtherBody: !request.body.equals(toBytes(event.body)),
  }
}

/** What there is of an attempt that could not be signed. */
export function unsentAttempt(url: string, signedAt: Instant): BuiltAttempt {
  const nothing = { headers: [], signature: null, body: Buffer.alloc(0), faults: [], transport: null }
  return { ...nothing, url, signedAt, isFaulty: false, isOtherBody: false }
}

/** The notice about a fault that finds nothing to change in an event's request. */
export function noEffect(
  fault: string,
  { type, id, provider }: { readonly type: string; readonly id: string; readonly provider: string },
): string {
  return `The fault ${fault} changes nothing about ${type} [${id}] of ${provider}.`
}

interface FaultyRequest extends SignedRequest {
  /** The wall clock, as signed. */
  readonly signedAt: Instant
  /** What changed something: a signature cannot be made invalid where nothing is signed. */
  readonly effective: ReadonlySet<DeliveryAction>
}

interface Draft {
  readonly payload: Payload
  readonly signing: Signing
  readonly request: SignedRequest
}

/**
 * The request of an attempt with what goes wrong before, while and after it is signed.
 * @throws MockError when a secret is no key of its scheme.
 */
export function faultyRequest(
  input: RequestInput,
  actions: readonly DeliveryAction[],
  rng: Random,
): FaultyRequest {
  const effective = new Set<DeliveryAction>()
  const plain: Draft = {
    payload: payloadOf(input),
    signing: signingOf(input),
    request: signedRequest(input, buildRequest(input)),
  }
  const signed = (payload: Payload, signing: Signing): Draft => {
    const credentials = signing === plain.signing ? {} : credentialsOf(input, signing)
    const { sentAt, signedAt, corrupt } = signing
    const { body, type } = payload
    const instead = { body, type, sentAt, corrupt, ...credentials }
    return { payload, signing, request: signedRequest(input, buildRequest({ ...input, signedAt, instead })) }
  }
  const newSecret = (own: string) =>
    plain.signing.isSigned ? otherSecret(schemesOf(input), own, rng) : secretLike(own, rng)
  const applied = (action: DeliveryAction, { payload, signing, request }: Draft): Draft => {
    const fault = deliveryFaults[action.name]
    switch (fault.phase) {
      case 'payload':
        return signed(fault.apply(action, payload), signing)
      case 'signing':
        return signed(payload, fault.apply(action, signing, newSecret))
      case 'signed':
        return { payload, signing, request: fault.apply(action, request) }
      case 'schedule':
      case 'transport':
        return { payload, signing, request }
    }
  }
  let draft = plain
  for (const action of inOrder(actions)) {
    const next = applied(action, draft)
    if (isSame(draft.request, next.request)) continue
    draft = next
    effective.add(action)
  }
  return { ...draft.request, signedAt: draft.signing.signedAt, effective }
}

function isSame(one: SignedRequest, other: SignedRequest): boolean {
  const { headers, url, body } = one
  return (
    url === other.url &&
    body.equals(other.body) &&
    headers.length === other.headers.length &&
    headers.every(([name, value], i) => other.headers[i]?.[0] === name && other.headers[i]?.[1] === value)
  )
}

function signedRequest({ facts }: RequestInput, built: BuiltRequest): SignedRequest {
  return { ...built, unsigned: { url: facts.webhook.url, headers: built.unsigned } }
}

function payloadOf({ provider, facts: { event } }: RequestInput): Payload {
  const typePaths = typePathsOf(provider.events.get(event.type)?.schema)
  return { body: toBytes(event.body), type: event.type, typePaths }
}

function typePathsOf(schema: Schema | undefined, path: readonly string[] = []): Payload['typePaths'] {
  if (schema === undefined) return []
  if (valueKeyword(schema)?.from === 'event.type') return [path]
  return properties(schema).flatMap(([name, child]) => typePathsOf(child, [...path, name]))
}

function signingOf(input: RequestInput): Signing {
  const { facts, signedAt } = input
  const passwords = passwordsOf(input)
  return {
    isSigned: passwords === null,
    secrets: passwords?.map(({ password }) => password) ?? signingSecrets(facts),
    signedAt,
    sentAt: facts.sentAt,
    corrupt: false,
  }
}

/** What authenticates a request that is signed so. */
function credentialsOf(input: RequestInput, { secrets }: Signing) {
  const passwords = passwordsOf(input)
  if (passwords === null) return { secrets }
  const fields = passwords.map(({ field, credentials }, i) => [
    field,
    { ...credentials, password: secrets[i] ?? '' },
  ])
  return { fields: { ...input.facts.webhook.fields, ...Object.fromEntries(fields) } }
}

/** Those of HTTP Basic where nothing is signed, else null: beside a signature credentials stay as they are. */
function passwordsOf(input: RequestInput) {
  const schemes = schemesOf(input)
  if (!schemes.every(({ scheme }) => scheme === 'basic' || scheme === 'none')) return null
  return schemes.flatMap((scheme) => {
    const credentials = scheme.scheme === 'basic' ? input.facts.webhook.fields[scheme.field] : undefined
    if (scheme.scheme !== 'basic' || !isJsonObject(credentials)) return []
    const { password } = credentials
    return typeof password === 'string' ? [{ field: scheme.field, credentials, password }] : []
  })
}

function schemesOf({ provider, facts }: RequestInput): readonly SignatureKeyword[] {
  return provider.events.get(facts.event.type)?.signature ?? provider.signature
}

interface PlannedTransport {
  /** Null: sent as any other. */
  readonly plan: Transport | null
  /** The actions that it comes from: of two that set the same, the first. */
  readonly actions: readonly DeliveryAction[]
}

const AS_IT_IS: Transport = { dropped: false, cut: null, overMs: 0, copies: 1, at: 'in-turn' }

/** How a request with these faults is sent. */
export function planTransport(actions: readonly DeliveryAction[]): PlannedTransport {
  const taken: DeliveryAction[] = []
  let plan: Partial<Transport> = {}
  for (const action of actions) {
    const fault = deliveryFaults[action.name]
    if (fault.phase !== 'transport') continue
    const wanted = fault.apply(action)
    if (Object.keys(wanted).some((key) => key in plan)) continue
    plan = { ...plan, ...wanted }
    taken.push(action)
  }
  return { plan: taken.length === 0 ? null : { ...AS_IT_IS, ...plan }, actions: taken }
}
