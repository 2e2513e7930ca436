import { access } from 'node:fs/promises'
import { sameHeader } from '../core/headers.ts'
import { asText, isJsonObject, type JsonObject, toPointer } from '../core/json.ts'
import type { Account } from '../core/model.ts'
import type { AccountName, ProviderId } from '../core/random.ts'
import { below, hintFor, type Issue, issue, type Subject, throwAll, toErrors } from '../schema/issue.ts'
import { readList } from '../schema/locate.ts'
import { compileSchema } from '../schema/validate.ts'
import { entries, type OperationNode, operationKeyword, operationNodes, securityOf } from './document.ts'
import { splitId } from './names.ts'
import type { CredentialHeader } from './provider.ts'

/** One account as the fixture file has it. */
interface AccountEntry {
  readonly name: string
  readonly id?: string
  readonly credentials: Readonly<Record<string, string>>
  readonly scopes?: readonly string[]
  readonly events?: readonly string[]
  readonly login?: Readonly<Record<string, string>>
  readonly environment?: string
}

interface Known {
  readonly headers: readonly CredentialHeader[]
  readonly scopes: readonly string[]
  readonly events: readonly string[]
  /** The fields that requests for access tokens compare with a login. */
  readonly login: readonly string[]
  readonly environments: readonly string[]
}

/** Entries with the same name, credentials or login, and what the document does not know. */
function entryIssues(accounts: readonly AccountEntry[], known: Known): readonly Issue[] {
  const sorted = (values: AccountEntry['credentials'] = {}) => JSON.stringify(Object.entries(values).sort())
  const names = accounts.map(({ name }) => name)
  const all = accounts.map(({ credentials }) => sorted(credentials))
  const logins = accounts.map(({ login }) => sorted(login))
  return accounts.flatMap((entry, index) =>
    below(`/${index}`, [
      ...(names.indexOf(entry.name) < index
        ? [issue('/name', `the name "${entry.name}" is used twice`)]
        : []),
      ...(all.indexOf(sorted(entry.credentials)) < index
        ? [issue('/credentials', 'another account has the same credentials')]
        : []),
      ...(entry.login !== undefined && logins.indexOf(sorted(entry.login)) < index
        ? [issue('/login', 'another account has the same login')]
        : []),
      ...Object.keys(entry.login ?? {}).flatMap((name) => {
        // Another variant of the provider may have what this one lacks altogether.
        if (known.login.length === 0 || known.login.includes(name)) return []
        const reason = `no operation that issues tokens compares a field "${name}"`
        return [issue(toPointer(['login', name]), reason, hintFor(name, known.login))]
      }),
      ...Object.entries(entry.credentials).flatMap(([name, value]) =>
        below(toPointer(['credentials', name]), credentialIssues(name, value, known.headers)),
      ),
      ...(entry.events ?? []).flatMap((type, i) =>
        known.events.includes(type)
          ? []
          : [issue(`/events/${i}`, `there is no webhook "${type}"`, hintFor(type, known.events))],
      ),
      ...(entry.scopes ?? []).flatMap((scope, i) =>
        known.scopes.includes(scope)
          ? []
          : [
              issue(
                `/scopes/${i}`,
                `no operation asks for the scope "${scope}"`,
                hintFor(scope, known.scopes),
              ),
            ],
      ),
      ...environmentIssues(entry.environment, known.environments),
    ]),
  )
}

/** A document without environments is the same in all of them: its file of accounts may be shared with a variant that has some. */
function environmentIssues(environment: string | undefined, known: readonly string[]): readonly Issue[] {
  if (environment === undefined || known.length === 0 || known.includes(environment)) return []
  return [issue('/environment', `there is no environment "${environment}"`, hintFor(environment, known))]
}

function credentialIssues(
  name: string,
  value: string,
  headers: readonly CredentialHeader[],
): readonly Issue[] {
  const fitting = headers.filter(({ header }) => sameHeader(header, name))
  if (fitting.length === 0) {
    const names = [...new Set(headers.map(({ header }) => header))]
    const reason = `no security scheme of the document reads the header "${name}"`
    return [issue('', reason, hintFor(name, names))]
  }
  if (fitting.some(({ prefix }) => value.startsWith(prefix) && value.length > prefix.length)) return []
  const prefixes = fitting.map(({ prefix }) => JSON.stringify(prefix)).join(' or ')
  return [issue('', `the credential must be ${prefixes} and something after it`)]
}

const ACCOUNTS: Subject = { action: 'load the accounts', code: 'BAD_ACCOUNTS' }

/**
 * The accounts of the fixture file; without one, `default` and `other`. Of another variant alone are scopes, event types and
 * environments that its documents know and this one does not: here the accounts have none of these.
 * @throws MockError with everything that is wrong with the file
 */
export async function loadAccounts(
  file: string,
  id: string,
  resolved: JsonObject,
  otherVariants: () => Promise<readonly JsonObject[]> = async () => [],
): Promise<readonly Account[]> {
  const known = knownBy(resolved)
  if (!(await exists(file))) {
    const headers = requiredHeaders(resolved, known.headers)
    return ['default', 'other'].map((name) => generate(id, name, { ...known, headers }))
  }
  const document = await readList(file, ACCOUNTS)
  const validate = await compileSchema(SHAPE)
  throwAll(toErrors(document, validate(document.value)))
  const entries = document.value as unknown as readonly AccountEntry[]
  // The variants share the file: what one of them knows is no mistake. They are read only where this one does not know something.
  if (entryIssues(entries, known).length > 0) {
    const all = [known, ...(await otherVariants()).map(knownBy)]
    throwAll(toErrors(document, entryIssues(entries, union(all))))
  }
  return entries.map((entry) => toAccount(id, entry, known))
}

function knownBy(document: JsonObject): Known {
  return {
    headers: credentialHeaders(document),
    scopes: documentScopes(document),
    events: Object.keys(isJsonObject(document.webhooks) ? document.webhooks : {}),
    login: loginFields(document),
    environments: environmentsOf(document),
  }
}

function union(all: readonly Known[]): Known {
  return {
    headers: all.flatMap(({ headers }) => headers),
    scopes: [...new Set(all.flatMap(({ scopes }) => scopes))],
    events: [...new Set(all.flatMap(({ events }) => events))],
    login: [...new Set(all.flatMap(({ login }) => login))],
    environments: [...new Set(all.flatMap(({ environments }) => environments))],
  }
}

function environmentsOf({ 'x-mock-delivery': delivery }: JsonObject): readonly string[] {
  const environments = isJsonObject(delivery) ? delivery.environments : undefined
  return isJsonObject(environments) ? Object.keys(environments) : []
}

function toAccount(id: string, entry: AccountEntry, { scopes, events, environments }: Known): Account {
  const isKnown = entry.environment !== undefined && environments.includes(entry.environment)
  return {
    provider: id as ProviderId,
    name: entry.name as AccountName,
    ...(entry.id !== undefined && { providerId: entry.id }),
    credentials: entry.credentials,
    scopes: scopes.length === 0 ? null : (entry.scopes?.filter((scope) => scopes.includes(scope)) ?? scopes),
    ...(entry.events !== undefined && { events: entry.events.filter((type) => events.includes(type)) }),
    ...(entry.login !== undefined && { login: entry.login }),
    environment: (isKnown ? entry.environment : undefined) ?? environments[0] ?? null,
  }
}

/** The operations that ask for authentication; those that issue tokens take a login instead. */
function authenticatedNodes(document: JsonObject): readonly OperationNode[] {
  return operationNodes(document, 'paths').filter((node) => operationKeyword(node)?.action !== 'issue-token')
}

function loginFields(document: JsonObject): readonly string[] {
  return operationNodes(document, 'paths').flatMap((node) => operationKeyword(node)?.token?.login ?? [])
}

/** The headers of the first way in which an operation asks for authentication. */
function requiredHeaders(
  resolved: JsonObject,
  headers: readonly CredentialHeader[],
): readonly CredentialHeader[] {
  const ways = authenticatedNodes(resolved).flatMap((node) => securityOf(resolved, node))
  const [way] = ways.filter((schemes) => Object.keys(schemes).length > 0)
  return headers.filter(({ scheme }) => way !== undefined && scheme in way)
}

function generate(id: string, name: string, known: Known): Account {
  const { headers, login } = known
  const suffix = name === 'default' ? '' : `_${name}`
  const { name: provider } = splitId(id)
  const credential = ({ header, prefix }: CredentialHeader): string => {
    if (prefix === 'Basic ')
      return `Basic ${Buffer.from(`${provider}_test${suffix}:secret`).toString('base64')}`
    // X-API-Key → test_key, X-API-Secret → test_secret
    if (prefix === '') return `test_${header.split('-').at(-1)?.toLowerCase() ?? 'key'}${suffix}`
    return `${prefix}${provider}_test${suffix}`
  }
  const credentials = Object.fromEntries(headers.map((header) => [header.header, credential(header)]))
  // client_id → test_client_id
  const fields = Object.fromEntries(login.map((field) => [field, `test_${field}${suffix}`]))
  return toAccount(id, { name, credentials, ...(login.length > 0 && { login: fields }) }, known)
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
      id: { type: 'string', minLength: 1, title: "the account's id in the provider's own API" },
      credentials: { type: 'object', additionalProperties: { type: 'string', title: 'a string' } },
      login: {
        type: 'object',
        minProperties: 1,
        additionalProperties: { type: 'string', title: 'a string' },
      },
      environment: { type: 'string', title: 'the name of an environment' },
      scopes: { type: 'array', title: 'an array of scopes', items: { type: 'string', title: 'a scope' } },
      events: {
        type: 'array',
        title: 'an array of event types',
        items: { type: 'string', title: 'an event type' },
      },
    },
  },
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
  const asked = authenticatedNodes(document).flatMap((node) =>
    securityOf(document, node).flatMap((alternative) => Object.values(alternative).flat()),
  )
  return [...new Set(asked)]
}

/** Security schemes that are asked for and are unknown, or carried by something else than a header. */
export function securityIssues(document: JsonObject): readonly Issue[] {
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
  if (type === 'http') return AUTHORIZATION[asText(scheme).toLowerCase()]
  // RFC 6750: both hand out bearer tokens.
  if (type === 'oauth2' || type === 'openIdConnect') return AUTHORIZATION.bearer
  return type === 'apiKey' && definition.in === 'header' ? { header: asText(name), prefix: '' } : undefined
}
