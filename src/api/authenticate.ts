import type { Account } from '../core/account.ts'
import type { CredentialHeader, Operation } from '../spec/provider.ts'
import { problem, type RequestProblem } from './problem.ts'

export type Authentication =
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
    const account = accounts.find((one) => needed.every((carrier) => holds(one, carrier, headers)))
    if (account === undefined || needed.length === 0) continue
    const scopes = missingScopes(account, Object.values(alternative).flat())
    return scopes.length === 0
      ? { account, problem: null }
      : { account, problem: problem('scope', { scopes, reason: `needs ${scopes.join(', ')}` }) }
  }
  return { account: null, problem: problem('authentication', { reason: 'missing or unknown credentials' }) }
}

function missingScopes(account: Account, needed: readonly string[]): readonly string[] {
  return account.scopes === null ? [] : needed.filter((scope) => account.scopes?.includes(scope) !== true)
}

function holds(
  account: Account,
  carrier: CredentialHeader,
  headers: Readonly<Record<string, string>>,
): boolean {
  const wanted = headerOf(account.credentials, carrier.header)
  const given = headers[carrier.header.toLowerCase()]
  return (
    wanted !== undefined &&
    given !== undefined &&
    same(withoutPrefix(given, carrier), withoutPrefix(wanted, carrier))
  )
}

function headerOf(credentials: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(credentials).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
}

/** The name of an authentication scheme is case-insensitive (RFC 9110, section 11.1). */
function withoutPrefix(value: string, { prefix }: CredentialHeader): string | undefined {
  if (prefix === '') return value
  return value.toLowerCase().startsWith(prefix.toLowerCase()) ? value.slice(prefix.length).trim() : undefined
}

/** Without regard to timing: every credential stands in the fixtures and on the start screen. */
function same(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && a === b
}
