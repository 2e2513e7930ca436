import { createClock } from '../core/clock.ts'
import { MockError } from '../core/errors.ts'
import { headerProblem } from '../core/headers.ts'
import { type JsonObject, parsedJson } from '../core/json.ts'
import { toBody } from '../core/model.ts'
import { type AccountName, createRandom } from '../core/random.ts'
import { buildRequest, unregisteredAttempt } from '../delivery/request.ts'
import { eventIdentity, eventType, eventWith } from '../event/compose.ts'
import { needsSecret, recogniseEvent, schemesOf } from '../receiver/recognise.ts'
import type { Signed } from '../signature/sign.ts'
import { usesToken } from '../signature/template.ts'
import type { Provider } from '../spec/provider.ts'
import type { SignatureKeyword } from '../spec/vocabulary.ts'
import { bytesOf, instantOf, type Time } from './read.ts'
import { type ProviderInput, providerOf, secretsOf } from './verify.ts'

/** The options of signing a body. */
export interface SignOptions {
  /** The exact bytes, or their text in UTF-8. */
  readonly body: string | Uint8Array
  /** The webhook's secret; several, newest first, while it is being rotated. */
  readonly secret?: string | readonly string[]
  /** The event type. Default: recognised in the body. */
  readonly event?: string | undefined
  /** The event's id in the provider's format. Default: that in the body, else a new one. */
  readonly id?: string | undefined
  /** Where it is sent to: needed by schemes that sign it. */
  readonly url?: string | undefined
  /** Default: now. */
  readonly at?: Time | undefined
  /** The webhook's own fields, for HTTP Basic. */
  readonly fields?: JsonObject
}

/** What {@link signBody} signs, as which provider, and with what. */
export interface SignBodyOptions extends ProviderInput, SignOptions {}

/** The headers that go with a body, and what they were made from. */
export interface SignedBody extends Omit<Signed, 'url'> {
  /** Where to send it: the `url` of the options, with what the scheme adds to its query; null without one. */
  readonly url: string | null
  /** Null: the body is of no event type, and headers about its event are left out. */
  readonly event: { readonly type: string; readonly id: string } | null
}

const ANY_URL = 'http://127.0.0.1/'

/**
 * The headers with which a provider would send a body, the signature among them.
 *
 * @example const { headers } = await signBody({ provider: 'acme', secret: 's3cr3t', body: '{"type":"note.created"}' })
 * @throws MockError UNKNOWN_PROVIDER, UNKNOWN_EVENT, NO_SECRET, NO_URL, BAD_KEY, BAD_HEADER
 */
export async function signBody(options: SignBodyOptions): Promise<SignedBody> {
  return signAs(await providerOf(options), options)
}

/** As {@link signBody}, for a provider that was loaded. */
export async function signAs(provider: Provider, options: SignOptions): Promise<SignedBody> {
  const { event: name, id: givenId, url, fields = {} } = options
  const body = bytesOf(options.body)
  const secrets = secretsOf(options)
  const at = options.at === undefined ? createClock().wall() : instantOf(options.at)
  const type =
    name === undefined ? recogniseEvent(provider, { headers: [], body }).type : eventType(provider, name)
  checkSecretAndUrl(provider, schemesOf(provider, type), secrets, url)
  const clock = { now: () => at, wall: () => at }
  const parts = { clock, rng: createRandom() }
  const payload = parsedJson(body.toString())
  const identity = await eventIdentity(parts, provider, type, { id: givenId, payload })
  const event = eventWith(parts, {
    provider,
    account: provider.accounts[0]?.name ?? ('default' as AccountName),
    type: type?.type ?? '',
    body: toBody(body),
    identity,
  })
  const facts = unregisteredAttempt(provider, event, { url: url ?? ANY_URL, secrets, fields }, parts)
  const { headers, signature, url: sentTo } = buildRequest({ provider, facts, signedAt: at })
  const wrong = headerProblem(headers)
  if (wrong !== null)
    throw new MockError('input', 'BAD_HEADER', `Failed to sign as ${provider.id}: ${wrong}.`, {
      hint: 'Correct the secret or the id.',
    })
  return {
    headers,
    signature,
    url: url === undefined ? null : sentTo,
    event: type === undefined ? null : { type: type.type, id: identity.id },
  }
}

function checkSecretAndUrl(
  provider: Provider,
  schemes: readonly SignatureKeyword[],
  secrets: readonly string[],
  url: string | undefined,
): void {
  if (secrets.length === 0 && needsSecret(schemes))
    throw new MockError('input', 'NO_SECRET', `Failed to sign as ${provider.id}: there is no secret.`, {
      hint: 'Give the secret of the webhook.',
    })
  if (url === undefined && schemes.some(signsUrl))
    throw new MockError('input', 'NO_URL', `Failed to sign as ${provider.id}: it signs the URL as well.`, {
      hint: 'Give the URL that the webhook is registered with.',
    })
}

function signsUrl(scheme: SignatureKeyword): boolean {
  if ('query' in scheme && scheme.query !== undefined) return true
  const content = 'content' in scheme ? (scheme.content ?? '') : ''
  return ['url', 'path'].some((token) => usesToken(content, token))
}
