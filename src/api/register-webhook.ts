import { valueProblems } from '../contract/value-problems.ts'
import type { Account } from '../core/account.ts'
import { MockError } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { suggestion } from '../core/nearest.ts'
import type { Webhook } from '../core/webhook.ts'
import { properties, requiredNames } from '../spec/properties.ts'
import type { Provider, Schema } from '../spec/provider.ts'
import { createWebhook } from './new-webhook.ts'
import type { MockParts } from './parts.ts'
import { urlProblem } from './url-problem.ts'
import { readWebhookInput } from './webhook-input.ts'

export interface Registration {
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
  const given = judgedWebhook(parts, { provider, url, fields })
  return createWebhook(parts, { provider, account, url, secret, ...given })
}

/** What these fields make of a webhook. @throws MockError (input), as {@link registerWebhook}. */
export function judgedWebhook(
  parts: MockParts,
  { provider, url, fields = {} }: Pick<Registration, 'provider' | 'url' | 'fields'>,
): Pick<Webhook, 'filter' | 'fields'> & { readonly enabled: boolean | undefined } {
  const { resource } = provider
  const schema = createSchema(provider)
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

/** The schema of the fields in the body of the operation that creates webhooks. */
function createSchema({ operations }: Provider): Schema {
  const create = operations.find(({ mock }) => mock?.action === 'create')
  const body = create?.body?.contents[0]?.schema ?? {}
  const wrapper = create?.mock?.input
  if (wrapper === undefined) return body
  return properties(body).find(([name]) => name === wrapper)?.[1] ?? {}
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
  const wrong = valueProblems(schema, input, 'request').find(({ place }) =>
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
