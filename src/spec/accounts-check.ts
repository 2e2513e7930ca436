import { toPointer } from '../core/json.ts'
import { suggestion } from '../core/nearest.ts'
import type { SpecProblem } from './problem.ts'
import type { CredentialHeader } from './provider.ts'

/** One account as the fixture file has it. */
export interface AccountEntry {
  readonly name: string
  readonly credentials: Readonly<Record<string, string>>
  readonly scopes?: readonly string[]
}

interface Known {
  readonly headers: readonly CredentialHeader[]
  readonly scopes: readonly string[]
}

/** What the accounts say that the document does not know, and accounts that cannot be told apart. */
export function accountFileProblems(entries: readonly AccountEntry[], known: Known): readonly SpecProblem[] {
  return [
    ...repeated(
      entries,
      (entry) => entry.name,
      (name) => `the name "${name}" is used twice`,
      '/name',
    ),
    ...repeated(
      entries,
      (entry) => JSON.stringify(Object.entries(entry.credentials).sort()),
      () => 'another account has the same credentials',
      '/credentials',
    ),
    ...entries.flatMap((entry, index) => [
      ...credentialProblems(entry, known.headers, `/${index}`),
      ...scopeProblems(entry, known.scopes, `/${index}`),
    ]),
  ]
}

function credentialProblems(
  entry: AccountEntry,
  headers: readonly CredentialHeader[],
  pointer: string,
): readonly SpecProblem[] {
  return Object.entries(entry.credentials).flatMap(([name, value]): readonly SpecProblem[] => {
    const at = `${pointer}/credentials${toPointer([name])}`
    const fitting = headers.filter(({ header }) => header.toLowerCase() === name.toLowerCase())
    if (fitting.length === 0) {
      const names = [...new Set(headers.map(({ header }) => header))]
      const reason = `no security scheme of the document reads the header "${name}"`
      return [
        {
          code: 'BAD_ACCOUNTS',
          reason,
          pointer: at,
          ...(names.length === 0 ? {} : { hint: suggestion(name, names) }),
        },
      ]
    }
    if (fitting.some(({ prefix }) => value.startsWith(prefix) && value.length > prefix.length)) return []
    const prefixes = fitting.map(({ prefix }) => JSON.stringify(prefix)).join(' or ')
    return [
      {
        code: 'BAD_ACCOUNTS',
        reason: `the credential must be ${prefixes} and something after it`,
        pointer: at,
      },
    ]
  })
}

function scopeProblems(
  entry: AccountEntry,
  known: readonly string[],
  pointer: string,
): readonly SpecProblem[] {
  return (entry.scopes ?? []).flatMap((scope, index): readonly SpecProblem[] => {
    if (known.includes(scope)) return []
    const reason = `no operation asks for the scope "${scope}"`
    const at = `${pointer}/scopes/${index}`
    return [
      {
        code: 'BAD_ACCOUNTS',
        reason,
        pointer: at,
        ...(known.length === 0 ? {} : { hint: suggestion(scope, known) }),
      },
    ]
  })
}

function repeated(
  entries: readonly AccountEntry[],
  key: (entry: AccountEntry) => string,
  reason: (key: string) => string,
  field: string,
): readonly SpecProblem[] {
  const seen = new Set<string>()
  return entries.flatMap((entry, index) => {
    const value = key(entry)
    if (seen.has(value))
      return [{ code: 'BAD_ACCOUNTS', reason: reason(value), pointer: `/${index}${field}` }]
    seen.add(value)
    return []
  })
}
