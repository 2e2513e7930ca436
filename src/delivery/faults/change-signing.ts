import type { Instant } from '../../core/clock.ts'
import type { Chance } from '../../core/ids.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { DeliveryAction } from '../../fault/fault.ts'
import type { SignatureKeyword } from '../../spec/vocabulary.ts'
import { type RequestChanges, type RequestInput, signingSecrets } from '../build-request.ts'
import { lookalike, otherSecret } from './other-secret.ts'

export interface SigningChanges extends Pick<RequestChanges, 'secrets' | 'fields' | 'sentAt' | 'spoilt'> {
  readonly signedAt?: Instant
}

type Changes = {
  readonly [N in DeliveryAction['name']]?: (
    action: Extract<DeliveryAction, { name: N }>,
    input: RequestInput,
    chance: Chance,
  ) => SigningChanges
}

const CHANGES: Changes = {
  'wrong-secret': ({ secret }, input, chance) => {
    const schemes = schemesOf(input)
    const wrong = (own: string) => secret ?? otherSecret(schemes, own, chance)
    return isBasicAlone(schemes)
      ? { fields: withPassword(schemes, input, (own) => secret ?? lookalike(own, chance)) }
      : { secrets: signingSecrets(input.facts).map(wrong) }
  },
  // Headers that tell the time are as old as the signature, as in a request that is replayed.
  'stale-timestamp': ({ byMs }, { facts, signedAt }) => ({
    signedAt: signedAt - byMs,
    sentAt: facts.sentAt - byMs,
  }),
  'bad-signature': (_, input, chance) => {
    const schemes = schemesOf(input)
    return isBasicAlone(schemes)
      ? { fields: withPassword(schemes, input, (own) => lookalike(own, chance)) }
      : { spoilt: true }
  },
}

/** How an attempt is signed that goes wrong there; null where an action is about something else. */
export function changeSigning(
  action: DeliveryAction,
  input: RequestInput,
  chance: Chance,
): SigningChanges | null {
  const change = CHANGES[action.name] as
    | ((action: DeliveryAction, input: RequestInput, chance: Chance) => SigningChanges)
    | undefined
  return change?.(action, input, chance) ?? null
}

function schemesOf({ provider, facts }: RequestInput): readonly SignatureKeyword[] {
  return provider.events.get(facts.event.type)?.signature ?? provider.signature
}

/** Credentials beside a signature stay as they are: it is the signature that receivers have to look at. */
function isBasicAlone(schemes: readonly SignatureKeyword[]): boolean {
  return schemes.every(({ scheme }) => scheme === 'basic' || scheme === 'none')
}

function withPassword(
  schemes: readonly SignatureKeyword[],
  { facts: { webhook } }: RequestInput,
  change: (password: string) => string,
): JsonObject {
  const changed = schemes.flatMap((scheme) => {
    const credentials = scheme.scheme === 'basic' ? webhook.fields[scheme.field] : undefined
    if (scheme.scheme !== 'basic' || !isJsonObject(credentials)) return []
    return [[scheme.field, { ...credentials, password: change(String(credentials.password ?? '')) }]]
  })
  return { ...webhook.fields, ...Object.fromEntries(changed) }
}
