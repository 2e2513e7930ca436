import { aboutPlace, validateValue } from '../contract/validate.ts'
import { MockError } from '../core/errors.ts'
import { headerProblem } from '../core/headers.ts'
import type { Json, JsonObject } from '../core/json.ts'
import type { Account, Webhook } from '../core/model.ts'
import { suggestion } from '../core/text.ts'
import { secretHeaders } from '../signature/sign.ts'
import { properties, requiredNames } from '../spec/document.ts'
import type { Provider, Schema } from '../spec/provider.ts'
import type { MockParts } from './context.ts'
import { accountNamed, providerNamed } from './lookup.ts'
import { urlProblem } from './receiver-url.ts'
import { changeWebhook, createWebhook } from './stored-webhook.ts'
import { readWebhookInput, registrationSchema } from './webhook-fields.ts'

interface Registration {
  readonly provider: Provider
  readonly account: Account
  readonly url: string
  /** The provider's own fields; required ones that are missing are filled in. */
  readonly fields?: JsonObject | undefined
  /** Default: a new one in the provider's format. */
  readonly secret?: string | undefined
}

/**
 * Registers a webhook without going through the provider's API. Without a filter among its fields it gets every event.
 *
 * @throws MockError (input) when the provider would not take a field, with `location.pointer` at it.
 */
export async function registerWebhook(
  parts: MockParts,
  { provider, account, url, fields = {}, secret }: Registration,
): Promise<Webhook> {
  const checked = checkRegistration(parts, { provider, url, fields, secret })
  return createWebhook(parts, { provider, account, url, secret, ...checked })
}

/** Checks a registration, and reads its fields. @throws MockError (input), as {@link registerWebhook}. */
export function checkRegistration(
  parts: MockParts,
  { provider, url, fields = {}, secret }: Pick<Registration, 'provider' | 'url' | 'fields' | 'secret'>,
): Pick<Webhook, 'filter' | 'fields'> & { readonly enabled: boolean | undefined } {
  const { resource } = provider
  const { narrow } = resource
  const schema = registrationSchema(provider)
  refuseUnknown(provider, schema, fields)
  const input = {
    ...filledIn(schema, resource.url.field),
    ...(narrow?.everything !== undefined && { [narrow.field]: narrow.everything }),
    ...fields,
    [resource.url.field]: url,
  }
  checkFields(provider, schema, fields, input)
  const wrongUrl = urlProblem(provider, url, parts)
  if (wrongUrl !== null)
    throw refused(provider, 'url', `"${url}" ${wrongUrl.reason ?? 'is refused'}`, hintFor(wrongUrl.problem))
  checkSecret(provider, secret)
  const read = readWebhookInput(provider, input)
  const filterField = resource.filter?.field
  const filter =
    filterField !== undefined && Object.hasOwn(fields, filterField) ? (read.filter ?? null) : null
  return { filter, enabled: read.enabled, fields: read.fields ?? {} }
}

/** Values for the required fields other than the URL: their default or example. */
function filledIn(schema: Schema, urlField: string): JsonObject {
  const required = new Set(requiredNames(schema))
  return Object.fromEntries(
    properties(schema)
      .filter(([name]) => required.has(name) && name !== urlField)
      .map(([name, property]): [string, Json] => [name, sampleOf(property)]),
  )
}

function sampleOf(schema: Schema): Json {
  const { default: fallback, example, examples } = schema
  if (fallback !== undefined) return fallback
  if (example !== undefined) return example
  return Array.isArray(examples) && examples[0] !== undefined ? (examples[0] as Json) : 'webhook'
}

function refuseUnknown(provider: Provider, schema: Schema, fields: JsonObject): void {
  const known = properties(schema).map(([name]) => name)
  const unknown = Object.keys(fields).find((name) => known.length > 0 && !known.includes(name))
  if (unknown !== undefined)
    throw refused(
      provider,
      `fields/${unknown}`,
      `"${unknown}" is no field of a webhook`,
      suggestion(unknown, known),
    )
}

function checkFields(provider: Provider, schema: Schema, fields: JsonObject, input: JsonObject): void {
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
    `${place.replaceAll('/', '.')} ${aboutPlace(wrong.keyword, wrong.message)}`,
    'Correct it and register again.',
  )
}

/** A secret that is sent as it is has to arrive as it is. */
function checkSecret(provider: Provider, secret: string | undefined): void {
  if (secret === undefined) return
  const schemes = [provider, ...provider.events.values()].flatMap(({ signature }) => signature)
  const headers = schemes.flatMap((scheme) => secretHeaders(scheme, secret))
  const [cut] = headers.find(([, value]) => /^[ \t]|[ \t]$/.test(value)) ?? []
  const wrong =
    cut === undefined ? headerProblem(headers) : `HTTP drops white space at the ends of the header ${cut}`
  if (wrong === null) return
  const reason = `its secret cannot be sent: ${wrong}`
  throw refused(provider, 'secret', reason, 'Give one of printable ASCII characters.')
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

/** A webhook that is registered when the mock starts, without going through its provider's API. */
export interface StartWebhook {
  /** By which faults that are added at the start refer to it. */
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
 * Registers the webhooks of the start. One with the same URL that is already there, from an earlier start on the same
 * state, is used again, with the secret and the fields that are configured now. @throws MockError for an unknown provider
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
  if (secret === undefined && fields === undefined) return same
  if (fields === undefined) checkSecret(provider, secret)
  const checked = fields && checkRegistration(parts, { provider, url, fields, secret })
  const change = (webhook: Webhook): Webhook => ({
    ...webhook,
    ...(secret !== undefined && { secret }),
    ...(checked !== undefined && { filter: checked.filter, fields: checked.fields }),
  })
  return (await changeWebhook(parts, same.id, change)) ?? same
}
