import { access } from 'node:fs/promises'
import type { MockError } from '../core/errors.ts'
import { sameHeader } from '../core/headers.ts'
import { isJsonObject, type Json, type JsonObject, toPointer } from '../core/json.ts'
import type { Account } from '../core/model.ts'
import type { AccountName, ProviderId } from '../core/random.ts'
import { suggestion } from '../core/text.ts'
import { type Issue, type Subject, toErrors } from '../schema/issue.ts'
import { readList } from '../schema/locate.ts'
import { compileSchema } from '../schema/validate.ts'
import { entries, operationNodes, securityOf } from './document.ts'
import type { CredentialHeader } from './provider.ts'

/** One account as the fixture file has it. */
interface AccountEntry {
  readonly name: string
  readonly credentials: Readonly<Record<string, string>>
  readonly scopes?: readonly string[]
}

interface Known {
  readonly headers: readonly CredentialHeader[]
  readonly scopes: readonly string[]
}

/** What the accounts say that the document does not know, and accounts that cannot be told apart. */
function accountFileIssues(entries: readonly AccountEntry[], known: Known): readonly Issue[] {
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
      ...credentialsIssues(entry, known.headers, `/${index}`),
      ...scopeIssues(entry, known.scopes, `/${index}`),
    ]),
  ]
}

function credentialsIssues(
  entry: AccountEntry,
  headers: readonly CredentialHeader[],
  pointer: string,
): readonly Issue[] {
  return Object.entries(entry.credentials).flatMap(([name, value]): readonly Issue[] => {
    const at = `${pointer}/credentials${toPointer([name])}`
    const fitting = headers.filter(({ header }) => sameHeader(header, name))
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

function scopeIssues(entry: AccountEntry, known: readonly string[], pointer: string): readonly Issue[] {
  return (entry.scopes ?? []).flatMap((scope, index): readonly Issue[] => {
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
): readonly Issue[] {
  const seen = new Set<string>()
  return entries.flatMap((entry, index) => {
    const value = key(entry)
    if (seen.has(value))
      return [{ code: 'BAD_ACCOUNTS', reason: reason(value), pointer: `/${index}${field}` }]
    seen.add(value)
    return []
  })
}

const ACCOUNTS: Subject = { action: 'load the accounts', code: 'BAD_ACCOUNTS' }

interface AccountsFound {
  readonly accounts: readonly Account[]
  readonly errors: readonly MockError[]
}

/** The accounts of the fixture file; without one, `default` and `other`. */
export async function loadAccounts(file: string, id: string, resolved: JsonObject): Promise<AccountsFound> {
  const known = { headers: credentialHeaders(resolved), scopes: documentScopes(resolved) }
  if (!(await exists(file))) {
    const model = requiredHeaders(resolved, known.headers)
    return {
      accounts: ['default', 'other'].map((name) => generate(id, name, model, known.scopes)),
      errors: [],
    }
  }
  const source = await readList(file, ACCOUNTS)
  const shape = await shapeIssues(source.value)
  const problems =
    shape.length > 0 ? shape : accountFileIssues(source.value as unknown as readonly AccountEntry[], known)
  if (problems.length > 0) return { accounts: [], errors: toErrors(source, problems) }
  return {
    accounts: (source.value as unknown as readonly AccountEntry[]).map((entry) =>
      toAccount(id, entry, known.scopes),
    ),
    errors: [],
  }
}

function toAccount(id: string, entry: AccountEntry, scopes: readonly string[]): Account {
  return {
    provider: id as ProviderId,
    name: entry.name as AccountName,
    credentials: entry.credentials,
    scopes: scopes.length === 0 ? null : (entry.scopes ?? scopes),
  }
}

/** The headers of the first way in which an operation asks for authentication. */
function requiredHeaders(
  resolved: JsonObject,
  headers: readonly CredentialHeader[],
): readonly CredentialHeader[] {
  const ways = operationNodes(resolved, 'paths').flatMap((node) => securityOf(resolved, node))
  const [way] = ways.filter((schemes) => Object.keys(schemes).length > 0)
  return headers.filter(({ scheme }) => way !== undefined && scheme in way)
}

function generate(
  id: string,
  name: string,
  headers: readonly CredentialHeader[],
  scopes: readonly string[],
): Account {
  const suffix = name === 'default' ? '' : `_${name}`
  const credential = ({ header, prefix }: CredentialHeader): string => {
    if (prefix === 'Basic ') return `Basic ${Buffer.from(`${id}_test${suffix}:secret`).toString('base64')}`
    // X-API-Key → test_key, X-API-Secret → test_secret
    if (prefix === '') return `test_${header.split('-').at(-1)?.toLowerCase() ?? 'key'}${suffix}`
    return `${prefix}${id}_test${suffix}`
  }
  const credentials = Object.fromEntries(headers.map((header) => [header.header, credential(header)]))
  return toAccount(id, { name, credentials }, scopes)
}

const SHAPE = {
  type: 'array',
  minItems: 1,
  items: {
    type: 'object',
    required: ['name', 'credentials'],
    additionalProperties: false,
    properties: {
      name: {
        type: 'string',
        pattern: '^[a-z][a-z0-9-]*$',
        title: 'a name of lower-case letters, digits and dashes',
      },
      credentials: { type: 'object', additionalProperties: { type: 'string', title: 'a string' } },
      scopes: { type: 'array', title: 'an array of scopes', items: { type: 'string', title: 'a scope' } },
    },
  },
}

async function shapeIssues(value: Json): Promise<readonly Issue[]> {
  return (await compileSchema(SHAPE))(value)
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

/** How each security scheme of the document carries its credential; those that are no header are left out. */
export function credentialHeaders(document: JsonObject): readonly CredentialHeader[] {
  return securitySchemes(document).flatMap(([scheme, definition]) => {
    const carried = carrier(definition)
    return carried === undefined ? [] : [{ scheme, ...carried }]
  })
}

/** Every scope that an operation asks for, in the order of the document. */
export function documentScopes(document: JsonObject): readonly string[] {
  const asked = operationNodes(document, 'paths').flatMap((node) =>
    securityOf(document, node).flatMap((alternative) => Object.values(alternative).flat()),
  )
  return [...new Set(asked)]
}

/** Security schemes that are asked for and are unknown, or carried by something else than a header. */
export function credentialIssues(document: JsonObject): readonly Issue[] {
  const schemes = new Map(securitySchemes(document))
  return operationNodes(document, 'paths').flatMap((node) => {
    const own = node.value.security !== undefined
    return securityOf(document, node).flatMap((alternative, index) =>
      Object.keys(alternative).flatMap((name): readonly Issue[] => {
        const pointer = `${own ? node.pointer : ''}${toPointer(['security', index, name])}`
        const definition = schemes.get(name)
        if (definition === undefined)
          return [
            { code: 'UNKNOWN_SECURITY', reason: `"${name}" is no security scheme of the document`, pointer },
          ]
        if (carrier(definition) !== undefined) return []
        return [
          {
            code: 'UNSUPPORTED_SECURITY',
            reason: `the security scheme "${name}" is not carried by a header`,
            hint: 'Use http bearer, http basic, apiKey in header, oauth2 or openIdConnect.',
            pointer: toPointer(['components', 'securitySchemes', name]),
          },
        ]
      }),
    )
  })
}

function securitySchemes(document: JsonObject) {
  const { components } = document
  return isJsonObject(components) ? entries(components.securitySchemes) : []
}

const AUTHORIZATION: Readonly<Record<string, Omit<CredentialHeader, 'scheme'>>> = {
  bearer: { header: 'Authorization', prefix: 'Bearer ' },
  basic: { header: 'Authorization', prefix: 'Basic ' },
}

function carrier(definition: JsonObject): Omit<CredentialHeader, 'scheme'> | undefined {
  const { type, scheme, name } = definition
  if (type === 'http') return AUTHORIZATION[String(scheme).toLowerCase()]
  // RFC 6750: both hand out bearer tokens.
  if (type === 'oauth2' || type === 'openIdConnect') return AUTHORIZATION.bearer
  return type === 'apiKey' && definition.in === 'header' ? { header: String(name), prefix: '' } : undefined
}
