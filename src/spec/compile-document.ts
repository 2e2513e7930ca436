import { readDocument } from '../schema/locate.ts'
import { compileOperations, compileProvider, documentInfo, httpOperations } from './compile.ts'
import { inspectContract, inspectProvider } from './inspect.ts'
import { type Packed, pack } from './precompiled.ts'
import type { Operation, Provider } from './provider.ts'
/** An OpenAPI document as a contract alone. */
export interface ContractDocument extends Pick<Provider, 'title' | 'version' | 'description'> {
  readonly operations: readonly Operation[]
}

/** @throws MockError of kind input that names everything that is wrong with the document */
async function compileContract(file: string): Promise<ContractDocument> {
  const resolved = await inspectContract(
    await readDocument(file, { action: 'load the document', code: 'BAD_DOCUMENT' }),
  )
  return {
    ...documentInfo(resolved),
    operations: compileOperations(resolved, await httpOperations(resolved)),
  }
}

/** A provider document as plain data: what is loaded at once, or written by the build. */
export async function packProvider(file: string): Promise<Packed> {
  const { resolved, resource, accounts } = await inspectProvider(file)
  return pack(await compileProvider(resolved, resource, accounts))
}

export async function packContract(file: string): Promise<Packed> {
  return pack(await compileContract(file))
}
