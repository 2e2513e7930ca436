import type { Account } from '../core/account.ts'
import type { MockError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { loadAccounts } from './accounts.ts'
import { accountsFile } from './accounts-file.ts'
import { credentialProblems } from './credentials.ts'
import { readDocument } from './document.ts'
import { errorRowProblems } from './error-row-check.ts'
import { resolveOpenApi } from './openapi.ts'
import { operationProblems } from './operation-check.ts'
import { type SpecProblem, throwAll, toErrors } from './problem.ts'
import { resourceAt, resourcePointers, resourceProblems } from './resource-check.ts'
import { scheduleProblems } from './schedule-check.ts'
import { schemaProblems } from './schema-check.ts'
import type { ProviderKeyword, ResourceKeyword } from './vocabulary.ts'
import { vocabularyProblems } from './vocabulary-check.ts'

/** A provider document in which nothing is wrong. */
export interface SoundProvider {
  readonly resolved: JsonObject
  readonly resource: ResourceKeyword
  readonly accounts: readonly Account[]
}

/** @throws MockError with everything that is wrong with the document or its accounts, the first as its message */
export async function inspectProvider(file: string): Promise<SoundProvider> {
  const document = await readDocument(file)
  const resolved = await inspectContract(document, (raw, whole) => {
    const resource = resourceAt(whole, resourcePointers(raw)[0])
    return [
      ...resourceProblems(raw, whole),
      ...scheduleProblems(whole),
      ...credentialProblems(whole),
      ...errorRowProblems(whole, resource),
    ]
  })
  const { id } = resolved['x-mock-provider'] as unknown as ProviderKeyword
  const { accounts, errors } = await loadAccounts(accountsFile(file, id), id, resolved)
  throwAll(errors)
  return {
    resolved,
    resource: resourceAt(resolved, resourcePointers(document.value)[0]) as ResourceKeyword,
    accounts,
  }
}

type Check = (raw: JsonObject, resolved: JsonObject) => readonly SpecProblem[]
const noFurtherChecks: Check = () => []

/** A document that is a contract only: OpenAPI, schemas and operations are judged, no provider is asked for. */
export async function inspectContract(
  document: Awaited<ReturnType<typeof readDocument>>,
  further: Check = noFurtherChecks,
): Promise<JsonObject> {
  const raw = document.value
  const [words, resolution] = await Promise.all([vocabularyProblems(raw), resolveOpenApi(raw)])
  if (!resolution.ok) throwAll(toErrors(document, [...words, ...resolution.problems]))
  const resolved = resolution.ok ? resolution.resolved : raw
  const schemas = await schemaProblems(raw, resolved)
  // Keywords that are written wrongly cannot be reasoned about.
  const meaning =
    words.length > 0
      ? []
      : [
          ...operationProblems(resolved, resourceAt(resolved, resourcePointers(raw)[0])),
          ...further(raw, resolved),
        ]
  throwAll(toErrors(document, [...words, ...schemas, ...meaning]))
  return resolved
}

/** The errors that {@link throwAll} threw as one. */
export function singleErrors(error: MockError): readonly MockError[] {
  return error.cause instanceof AggregateError ? (error.cause.errors as readonly MockError[]) : [error]
}
