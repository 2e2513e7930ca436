import type { ContractDocument } from './compile-contract.ts'
import { unpack } from './pack.ts'
import { PRECOMPILED_FOLDER, readPrecompiled } from './precompiled.ts'
import type { Provider } from './provider.ts'
import { remembered } from './remembered.ts'
import { isShipped } from './shipped-files.ts'

export interface LoadOptions {
  /** Folder of what the build made of shipped documents; false compiles them anew. Default: dist/providers. */
  readonly precompiled?: string | false
}

/** @throws MockError of kind input that names everything that is wrong with the document or its accounts */
export async function loadProvider(file: string, options: LoadOptions = {}): Promise<Provider> {
  const load = async () => (await precompiledData(file, options)) ?? (await compiledProvider(file))
  const data = options.precompiled === undefined ? await remembered('provider', file, load) : await load()
  return Object.freeze({ ...(data as Omit<Provider, 'file'>), file })
}

/**
 * The operations of a document that imitates nobody, such as the control API's own.
 * @throws MockError of kind input that names everything that is wrong with the document
 */
export async function loadContractOperations(
  file: string,
  options: Pick<LoadOptions, 'precompiled'> = {},
): Promise<ContractDocument> {
  const load = async () => (await precompiledData(file, options)) ?? (await compiledContract(file))
  const data = options.precompiled === undefined ? await remembered('contract', file, load) : await load()
  return data as ContractDocument
}

async function precompiledData(file: string, options: LoadOptions): Promise<unknown> {
  const { precompiled = PRECOMPILED_FOLDER } = options
  if (precompiled === false || !isShipped(file)) return undefined
  return readPrecompiled(precompiled, file)
}

// What a precompiled document does without is loaded only here.

async function compiledProvider(file: string): Promise<unknown> {
  const { packProvider } = await import('./pack-document.ts')
  return unpack(await packProvider(file))
}

async function compiledContract(file: string): Promise<unknown> {
  const { packContract } = await import('./pack-document.ts')
  return unpack(await packContract(file))
}
