import { headerOf, sameHeader } from '../core/headers.ts'
import type { Account } from '../core/model.ts'
import type { CredentialHeader, Operation } from '../spec/provider.ts'
import { problem, type RequestProblem } from './context.ts'

type Authentication =
  | { readonly account: Account; readonly problem: null }
  | { readonly account: Account | null; readonly problem: RequestProblem }

/**
 * Who calls, by the credentials that the operation's security asks for.
 * An operation without security is called by the first account.
 */
export function authenticate(
  operation: Operation,
  carriers: readonly CredentialHeader[],
  accounts: readonly Account[],
  headers: Readonly<Record<string, string>>,
): Authentication {
  const [first] = accounts
  if (operation.security.length === 0 && first !== undefined) return { account: first, problem: null }
  for (const alternative of operation.security) {
    const needed = carriers.filter(({ scheme }) => Object.hasOwn(alternative, scheme))
    const sent = needed.map((carrier) => credential(headers[carrier.header.toLowerCase()], carrier))
    if (needed.length === 0 || sent.includes(undefined)) continue
    const account = accounts.find(({ credentials }) =>
      needed.every(
        (carrier, i) =>
          credential(credentials[carrier.header] ?? headerOf(credentials, carrier.header), carrier) ===
          sent[i],
      ),
    )
    if (account === undefined) continue
    const scopes = missingScopes(account, scopesOfSame(operation, carriers, needed))
    return scopes.length === 0
      ? { account, problem: null }
      : { account, problem: problem('scope', { scopes, reason: `needs ${scopes.join(', ')}` }) }
  }
  return { account: null, problem: problem('authentication', { reason: 'missing or unknown credentials' }) }
}

/** The account whose credentials a request carries, whatever its scopes; null: none. */
export function callerOf(
  carriers: readonly CredentialHeader[],
  accounts: readonly Account[],
  headers: Readonly<Record<string, string>>,
): Account | null {
  const isCarried = ([name, value]: readonly [string, string]) => {
    const sent = headers[name.toLowerCase()]
    return carriers.some(
      (carrier) =>
        sameHeader(carrier.header, name) &&
        credential(sent, carrier) !== undefined &&
        credential(sent, carrier) === credential(value, carrier),
    )
  }
  const carried = accounts.find(({ credentials }) => {
    const lines = Object.entries(credentials)
    return lines.length > 0 && lines.every(isCarried)
  })
  return carried ?? null
}

/**
 * The scopes of every alternative that the same headers meet: a key that is sent as a token is has to have the scopes
 * that are written beside the token.
 */
function scopesOfSame(
  { security }: Operation,
  carriers: readonly CredentialHeader[],
  sent: readonly CredentialHeader[],
): readonly string[] {
  const kind = ({ header, prefix }: CredentialHeader) => `${header.toLowerCase()}: ${prefix}`
  const same = new Set(sent.map(kind))
  const isMet = (alternative: Operation['security'][number]) => {
    const needed = carriers.filter(({ scheme }) => Object.hasOwn(alternative, scheme))
    return needed.length === same.size && needed.every((carrier) => same.has(kind(carrier)))
  }
  return [...new Set(security.filter(isMet).flatMap((alternative) => Object.values(alternative).flat()))]
}

function missingScopes(account: Account, needed: readonly string[]): readonly string[] {
  return account.scopes === null ? [] : needed.filter((scope) => account.scopes?.includes(scope) !== true)
}

/**
 * A header's value without the name of its authentication scheme, which is case-insensitive (RFC 9110, section 11.1).
 * Compared without regard to timing: every credential stands in the fixtures and on the start screen.
 */
function credential(value: string | undefined, { prefix }: CredentialHeader): string | undefined {
  if (value === undefined || prefix === '') return value
  return value.toLowerCase().startsWith(prefix.toLowerCase()) ? value.slice(prefix.length).trim() : undefined
}
