import { access } from 'node:fs/promises'
import type { ErrorObject } from 'ajv'
import type { Account } from '../core/account.ts'
import type { MockError } from '../core/errors.ts'
import type { AccountName, ProviderId } from '../core/ids.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { type AccountEntry, accountFileProblems } from './accounts-check.ts'
import { complaints } from './ajv-reason.ts'
import { credentialHeaders, documentScopes } from './credentials.ts'
import { readList } from './document.ts'
import { type SpecProblem, toErrors } from './problem.ts'
import type { CredentialHeader } from './provider.ts'
import { operationNodes, securityOf } from './provider-document.ts'

export interface AccountsFound {
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
  const source = await readList(file, 'the accounts')
  const shape = await shapeProblems(source.value)
  const problems =
    shape.length > 0 ? shape : accountFileProblems(source.value as unknown as readonly AccountEntry[], known)
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
      credentials: { type: 'object', additionalProperties: { type: 'string', title: 'a text' } },
      scopes: { type: 'array', title: 'a list of scopes', items: { type: 'string', title: 'a scope' } },
    },
  },
}

async function shapeProblems(value: Json): Promise<readonly SpecProblem[]> {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const validate = new Ajv2020({ allErrors: true, verbose: true, strict: false }).compile(SHAPE)
  if (validate(value)) return []
  return complaints(validate.errors as ErrorObject[]).map((found) => ({ code: 'BAD_ACCOUNTS', ...found }))
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
