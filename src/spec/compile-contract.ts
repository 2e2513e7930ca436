import { compileOperations } from './compile-operations.ts'
import { documentInfo } from './compile-provider.ts'
import { readDocument } from './document.ts'
import { httpOperations } from './http-operations.ts'
import { inspectContract } from './inspect-document.ts'
import type { Operation, Provider } from './provider.ts'

/** An OpenAPI document as a contract alone. */
export interface ContractDocument extends Pick<Provider, 'title' | 'version' | 'description'> {
  readonly operations: readonly Operation[]
}

/** @throws MockError of kind input that names everything that is wrong with the document */
export async function compileContract(file: string): Promise<ContractDocument> {
  const resolved = await inspectContract(await readDocument(file, 'the document'))
  return {
    ...documentInfo(resolved),
    operations: compileOperations(resolved, await httpOperations(resolved)),
  }
}
