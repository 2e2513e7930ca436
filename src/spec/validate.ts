import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { MockError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { Account } from '../core/model.ts'
import { type Issue, type Subject, singleErrors, throwAll, toErrors } from '../schema/issue.ts'
import { readDocument } from '../schema/locate.ts'
import { loadAccounts, securityIssues } from './accounts.ts'
import { type BundledDocument, bundle } from './bundle.ts'
import { errorRowIssues } from './checks/errors.ts'
import { operationIssues } from './checks/operations.ts'
import { resourceAt, resourceIssues, resourcePointers } from './checks/resources.ts'
import { scheduleIssues } from './checks/schedules.ts'
import { schemaIssues } from './checks/schemas.ts'
import { vocabularyIssues } from './checks/vocabulary.ts'
import { splitId } from './names.ts'
import { resolveOpenApi } from './openapi.ts'
import { serverIssues } from './server-path.ts'
import { accountsFile } from './shipped.ts'
import type { ProviderKeyword, ResourceKeyword } from './vocabulary.ts'

export const PROVIDER_DOCUMENT: Subject = { action: 'load the provider document', code: 'BAD_DOCUMENT' }

/** A provider document in which nothing is wrong. */
interface ValidProvider {
  readonly resolved: JsonObject
  readonly resource: ResourceKeyword
  readonly accounts: readonly Account[]
  /** Every file that it was read from. */
  readonly files: readonly string[]
}

/** @throws MockError with everything that is wrong with the document or its accounts, the first as its message */
export async function readProvider(file: string): Promise<ValidProvider> {
  const document = await bundle(await readDocument(file, PROVIDER_DOCUMENT))
  const resolved = await readContract(document, (raw, whole) => {
    const resource = resourceAt(whole, resourcePointers(raw)[0])
    return [
      ...resourceIssues(raw, whole),
      ...scheduleIssues(whole),
      ...securityIssues(whole),
      ...errorRowIssues(whole, resource),
    ]
  })
  const { id } = resolved['x-mock-provider'] as unknown as ProviderKeyword
  const accounts = accountsFile(file, id)
  return {
    resolved,
    resource: resourceAt(resolved, resourcePointers(document.value)[0]) as ResourceKeyword,
    accounts: await loadAccounts(accounts, id, resolved, () => otherVariants(file, id)),
    files: [...document.files, accounts],
  }
}

const MOST_VARIANTS = 20

/** The documents beside it that are named as variants of the same provider, as far as they can be read. */
async function otherVariants(file: string, id: string): Promise<readonly JsonObject[]> {
  const { name } = splitId(id)
  const files = (await readdir(dirname(file)))
    .filter((one) => /\.ya?ml$/i.test(one) && one !== basename(file))
    .filter((one) => splitId(one.replace(/\.ya?ml$/i, '')).name === name)
    .slice(0, MOST_VARIANTS)
  const documents = files.map(async (one) => {
    try {
      const { value } = await bundle(await readDocument(join(dirname(file), one), PROVIDER_DOCUMENT))
      const { resolved, issues } = await resolveOpenApi(value)
      return issues.length === 0 ? [resolved] : []
    } catch (error) {
      // What is wrong with it is said where it is served.
      if (error instanceof MockError) return []
      throw error
    }
  })
  return (await Promise.all(documents)).flat()
}

type Check = (raw: JsonObject, resolved: JsonObject) => readonly Issue[]

/**
 * A document that is a contract only: its OpenAPI, schemas and operations are checked, and none of the keywords is required.
 * @throws MockError with everything that is wrong with it, the first as its message
 */
export async function readContract(
  document: BundledDocument,
  further: Check = () => [],
): Promise<JsonObject> {
  const raw = document.value
  const [words, resolution] = await Promise.all([vocabularyIssues(raw), resolveOpenApi(raw)])
  throwAll(toErrors(document, resolution.issues.length === 0 ? [] : [...words, ...resolution.issues]))
  const { resolved } = resolution
  const schemas = await schemaIssues(raw, resolved)
  // Keywords that are written wrongly cannot be reasoned about.
  const meaning =
    words.length > 0
      ? []
      : [
          ...serverIssues(resolved),
          ...operationIssues(resolved, resourceAt(resolved, resourcePointers(raw)[0])),
          ...further(raw, resolved),
        ]
  throwAll(toErrors(document, [...words, ...schemas, ...meaning]))
  return resolved
}

/** Everything that is wrong with a provider document or its accounts, in the order of the file; empty when it is valid. */
export async function validateDocument(file: string): Promise<readonly MockError[]> {
  try {
    await readProvider(file)
    return []
  } catch (error) {
    if (error instanceof MockError) return singleErrors(error)
    throw error
  }
}
