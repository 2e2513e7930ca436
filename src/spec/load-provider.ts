import type { ContractDocument } from './compile-contract.ts'
import { unpack } from './pack.ts'
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
  const data = (await precompiledData(file, options)) ?? (await compiledProvider(file, options.variant))
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
  return ((await precompiledData(file, options)) ?? (await compiledContract(file))) as ContractDocument
}

async function precompiledData(file: string, options: LoadOptions): Promise<unknown> {
  const { precompiled = PRECOMPILED_FOLDER, variant } = options
  if (precompiled === false || variant !== undefined || !isShipped(file)) return undefined
  return readPrecompiled(precompiled, file)
}

// What a precompiled document does without is loaded only here.

async function compiledProvider(file: string, variant: string | undefined): Promise<unknown> {
  const { packProvider } = await import('./pack-document.ts')
  return unpack(await packProvider(file, variant))
}

async function compiledContract(file: string): Promise<unknown> {
  const { packContract } = await import('./pack-document.ts')
  return unpack(await packContract(file))
}
