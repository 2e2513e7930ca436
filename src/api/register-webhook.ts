import { validateValue } from '../contract/validate.ts'
import { MockError } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { Account, Webhook } from '../core/model.ts'
import type { WebhookId } from '../core/random.ts'
import { suggestion } from '../core/text.ts'
import { attemptTimeout } from '../delivery/attempt-timeout.ts'
import { newId } from '../event/compose.ts'
import { properties, requiredNames } from '../spec/document.ts'
import type { Provider, Schema } from '../spec/provider.ts'
import { put } from '../state/store.ts'
import { type MockParts, problem, type RequestProblem } from './context.ts'
import { accountNamed, providerNamed } from './lookup.ts'
import { readWebhookInput, registrationSchema } from './webhook-fields.ts'

/** Reads a webhook, changes it and keeps it, with nobody else changing it meanwhile; undefined when it is gone. */
export function changeWebhook(
  { store, mutex }: Pick<MockParts, 'store' | 'mutex'>,
  id: WebhookId,
  change: (webhook: Webhook) => Webhook,
): Promise<Webhook | undefined> {
  return mutex(id, async () => {
    const webhook = await store.webhook(id)
    if (webhook === undefined || webhook.deletedAt !== null) return undefined
    const changed = change(webhook)
    await store.commit([put('webhooks', changed)])
    return changed
  })
}

interface NewWebhook {
  readonly provider: Provider
  readonly account: Account
  readonly url: string
  readonly filter: readonly string[] | null
  readonly enabled?: boolean | undefined
  readonly fields: JsonObject
  readonly secret?: string | undefined
}

/** Makes a webhook and keeps it. */
export async function createWebhook(
  { store, rng, clock }: Pick<MockParts, 'store' | 'rng' | 'clock'>,
  { provider, account, url, filter, enabled = true, fields, secret }: NewWebhook,
): Promise<Webhook> {
  const { id, changes } = await newId(provider.resource.id, `${provider.id}:webhook`, { store, rng, clock })
  const now = clock.now()
  const webhook: Webhook = {
    id: rng.webhook() as WebhookId,
    providerId: id,
    provider: provider.id,
    account: account.name,
    url,
    secret: secret ?? newSecret(provider, rng),
    retiredSecrets: [],
    enabled,
    filter,
    fields,
    createdAt: now,
    updatedAt: now,
    lastSucceededAt: null,
    deletedAt: null,
    failures: { count: 0, since: null },
    disabledBy: null,
  }
  await store.commit([...changes, put('webhooks', webhook)])
  return webhook
}

export function newSecret({ resource: { secret } }: Provider, rng: MockParts['rng']): string {
  return `${secret.prefix ?? ''}${rng.text(secret.alphabet, secret.length)}`
}

/** `https:///x` has no host; a browser's parser takes `x` for it, and so would we. */
const HAS_HOST = /^https?:\/\/[^/?#\\]/i

/**
 * Whether a provider would take a receiver's URL. Where it wants https, http is taken all the same for every host
 * that deliveries may go to, so that a receiver on this machine needs no certificate; `strictUrls` ends that.
 */
export function urlProblem(
  { resource }: Provider,
  url: string,
  { egress, settings }: Pick<MockParts, 'egress' | 'settings'>,
): RequestProblem | null {
  const place = `/${resource.url.field}`
  const parsed = HAS_HOST.test(url) ? URL.parse(url) : null
  if (parsed === null)
    return problem('schema', { place, keyword: 'format', value: url, reason: 'must be an http or https URL' })
  if (resource.url.https !== true || parsed.protocol === 'https:') return null
  if (!settings.strictUrls && egress.allows(parsed)) return null
  return problem('url-not-https', { place, value: url, reason: 'must be an https URL' })
}

interface Registration {
  readonly provider: Provider
  readonly account: Account
  readonly url: string
  /** The provider's own fields; required ones that are missing are filled in. */
  readonly fields?: JsonObject | undefined
  /** Made up when absent. */
  readonly secret?: string | undefined
}

/**
 * Registers a webhook past the provider's API. Without a filter among its fields it gets every event.
 *
 * @throws MockError (input) when the provider would not take a field, with `location.pointer` at it.
 */
export async function registerWebhook(
  parts: MockParts,
  { provider, account, url, fields = {}, secret }: Registration,
): Promise<Webhook> {
  const given = checkRegistration(parts, { provider, url, fields })
  return createWebhook(parts, { provider, account, url, secret, ...given })
}

/** What the fields of a registration come to. @throws MockError (input), as {@link registerWebhook}. */
export function checkRegistration(
  parts: MockParts,
  { provider, url, fields = {} }: Pick<Registration, 'provider' | 'url' | 'fields'>,
): Pick<Webhook, 'filter' | 'fields'> & { readonly enabled: boolean | undefined } {
  const { resource } = provider
  const schema = registrationSchema(provider)
  const input = { ...filledIn(schema, resource.url.field), ...fields, [resource.url.field]: url }
  checkFields(provider, schema, fields, input)
  const wrongUrl = urlProblem(provider, url, parts)
  if (wrongUrl !== null)
    throw refused(provider, 'url', `"${url}" ${wrongUrl.reason ?? 'is refused'}`, hintFor(wrongUrl.problem))
  const given = readWebhookInput(provider, input)
  const filterField = resource.filter?.field
  const filter =
    filterField !== undefined && Object.hasOwn(fields, filterField) ? (given.filter ?? null) : null
  return { filter, enabled: given.enabled, fields: given.fields ?? {} }
}

/** Required fields that nobody gave, by their example or default, except the URL; a filter stays open. */
function filledIn(schema: Schema, urlField: string): JsonObject {
  const required = new Set(requiredNames(schema))
  return Object.fromEntries(
    properties(schema)
      .filter(([name]) => required.has(name) && name !== urlField)
      .map(([name, property]): [string, Json] => [name, sampleOf(property)]),
  )
}

function sampleOf(schema: Schema): Json {
  const { default: given, example, examples } = schema
  if (given !== undefined) return given
  if (example !== undefined) return example
  return Array.isArray(examples) && examples[0] !== undefined ? (examples[0] as Json) : 'hookproof'
}

function checkFields(provider: Provider, schema: Schema, fields: JsonObject, input: JsonObject): void {
  const known = properties(schema).map(([name]) => name)
  const unknown = Object.keys(fields).find((name) => known.length > 0 && !known.includes(name))
  if (unknown !== undefined)
    throw refused(
      provider,
      `fields/${unknown}`,
      `"${unknown}" is no field of a webhook`,
      suggestion(unknown, known),
    )
  const names = new Set([...Object.keys(fields), provider.resource.url.field])
  const wrong = validateValue(schema, input, 'request').find(({ place }) =>
    names.has(place.split('/')[1] ?? ''),
  )
  if (wrong === undefined) return
  const isUrl = wrong.place === `/${provider.resource.url.field}`
  const place = isUrl ? 'url' : `fields${wrong.place}`
  throw refused(
    provider,
    place,
    `${place.replaceAll('/', '.')} ${wrong.message}`,
    'Correct it and register again.',
  )
}

function refused({ id, file }: Provider, place: string, reason: string, hint: string): MockError {
  return new MockError('input', 'BAD_WEBHOOK', `Failed to register a webhook with ${id}: ${reason}.`, {
    hint,
    location: { file, pointer: `/${place}` },
  })
}

function hintFor(problem: string): string {
  return problem === 'url-not-https'
    ? 'Use https, a loopback host, or allow the host with --allow-host.'
    : 'Give a full URL such as http://127.0.0.1:3000/hooks.'
}

/** A webhook that the start registers past its provider's API. */
export interface StartWebhook {
  /** What faults of the start call it. */
  readonly name?: string
  readonly provider?: string
  readonly account?: string
  readonly url: string
  readonly secret?: string
  readonly fields?: JsonObject
}

export interface Registered {
  readonly webhook: Webhook
  readonly name: string | null
}

/**
 * The webhooks that the start asks for. One with the same URL that is already there, from an earlier start on the same
 * state, is used again, with the secret and the fields that are asked for now. @throws MockError for an unknown provider
 */
export async function registerAtStart(
  parts: MockParts,
  wanted: readonly StartWebhook[],
): Promise<readonly Registered[]> {
  const registered: Registered[] = []
  for (const one of wanted)
    for (const provider of providersOf(parts, one))
      registered.push({
        webhook: await registerOnce(
          parts,
          provider,
          one,
          registered.map(({ webhook }) => webhook),
        ),
        name: one.name ?? null,
      })
  return registered
}

function providersOf({ providers }: MockParts, { provider }: StartWebhook): readonly Provider[] {
  return provider === undefined ? [...providers.values()] : [providerNamed({ providers }, provider)]
}

async function registerOnce(
  parts: MockParts,
  provider: Provider,
  { account: name, url, secret, fields }: StartWebhook,
  taken: readonly Webhook[],
): Promise<Webhook> {
  const account = await accountNamed(parts, provider, name)
  const known = await parts.store.webhooks({ provider: provider.id, account: account.name })
  const same = known.find((webhook) => webhook.url === url && !taken.some(({ id }) => id === webhook.id))
  if (same === undefined) return registerWebhook(parts, { provider, account, url, secret, fields })
  const asked = { ...(secret !== undefined && { secret }), ...(fields !== undefined && asFields(fields)) }
  if (Object.keys(asked).length === 0) return same
  return (await changeWebhook(parts, same.id, (webhook) => ({ ...webhook, ...asked }))) ?? same

  function asFields(given: JsonObject): Pick<Webhook, 'filter' | 'fields'> {
    const { filter, fields: others } = checkRegistration(parts, { provider, url, fields: given })
    return { filter, fields: others }
  }
}

/** Whether a provider that looks at a receiver's certificate would refuse it. */
export async function tlsProblem(
  { resource, delivery }: Provider,
  text: string,
  { tlsCheck, clock }: Pick<MockParts, 'tlsCheck' | 'clock'>,
): Promise<RequestProblem | null> {
  const url = URL.parse(text)
  if (resource.url.tlsCheck !== true || url === null) return null
  const reason = await tlsCheck(url, attemptTimeout(delivery.timeoutMs, clock.mode))
  if (reason === null) return null
  return problem('tls-check-failed', { place: `/${resource.url.field}`, value: text, reason })
}
