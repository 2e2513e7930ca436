import { type ContractDocument, compileContract } from './compile-contract.ts'
import { inspectProvider } from './inspect-document.ts'
import { pack, unpack } from './pack.ts'
import { PRECOMPILED_FOLDER, readPrecompiled } from './precompiled.ts'
import type { Provider } from './provider.ts'
import { isShipped } from './shipped-files.ts'

export interface LoadOptions {
  /** Folder of what the build made of shipped documents; false compiles them anew. Default: dist/providers. */
  readonly precompiled?: string | false
  /** A variant of `x-mock-delivery`. Default: its first. */
  readonly variant?: string
}

/** @throws MockError of kind input that names everything that is wrong with the document or its accounts */
export async function loadProvider(file: string, options: LoadOptions = {}): Promise<Provider> {
  const isReady = options.variant === undefined
  const ready = isReady ? await precompiledData(file, options) : undefined
  const data = ready ?? unpack(await packProvider(file, options.variant))
  return Object.freeze({ ...(data as Omit<Provider, 'file'>), file })
}

/** The operations of a document that imitates nobody, such as the control API's own. */
export async function loadContractOperations(
  file: string,
  options: LoadOptions = {},
): Promise<ContractDocument> {
  const data = (await precompiledData(file, options)) ?? unpack(pack(await compileContract(file)))
  return data as ContractDocument
}

/** A provider as plain data, for the build to write. */
export async function packProvider(file: string, variant?: string) {
  const { resolved, resource, accounts } = await inspectProvider(file)
  const { compileProvider } = await import('./compile-provider.ts')
  return pack(await compileProvider(resolved, resource, accounts, variant))
}

async function precompiledData(
  file: string,
  { precompiled = PRECOMPILED_FOLDER }: LoadOptions,
): Promise<unknown> {
  return precompiled !== false && isShipped(file) ? readPrecompiled(precompiled, file) : undefined
}
