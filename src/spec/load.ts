import { MockError } from '../core/errors.ts'
import { suggestion } from '../core/text.ts'
import { type Made, PRECOMPILED_FOLDER, readPrecompiled, remembered, unpack } from './precompiled.ts'
import type { ContractDocument, Provider } from './provider.ts'
import { isShipped, shippedProviders } from './shipped.ts'

interface LoadOptions {
  /** Folder of what the build made of shipped documents; false compiles them anew. Default: dist/providers. */
  readonly precompiled?: string | false
}

/** @throws MockError of kind input that names everything that is wrong with the document or its accounts */
export async function loadProvider(file: string, options: LoadOptions = {}): Promise<Provider> {
  const load = async () => (await precompiledData(file, options)) ?? (await compiledProvider(file))
  const made = options.precompiled === undefined ? await remembered('provider', file, load) : await load()
  return Object.freeze({ ...(made.data as Omit<Provider, 'file' | 'files'>), file, files: made.files })
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
  const made = options.precompiled === undefined ? await remembered('contract', file, load) : await load()
  return made.data as ContractDocument
}

async function precompiledData(file: string, options: LoadOptions): Promise<Made<unknown> | undefined> {
  const { precompiled = PRECOMPILED_FOLDER } = options
  if (precompiled === false || !isShipped(file)) return undefined
  return readPrecompiled(precompiled, file)
}

// What a precompiled document does without is loaded only here.

async function compiledProvider(file: string): Promise<Made<unknown>> {
  const { packProvider } = await import('./compile.ts')
  const { data, files } = await packProvider(file)
  return { data: unpack(data), files }
}

async function compiledContract(file: string): Promise<Made<unknown>> {
  const { packContract } = await import('./compile.ts')
  const { data, files } = await packContract(file)
  return { data: unpack(data), files }
}

/**
 * The shipped providers that are named, and those of all given documents, named or not. Nothing named: every shipped
 * one, or, where documents are given, those alone.
 *
 * @throws MockError (input) for an unknown id, a broken document, or two documents with the same id.
 */
export async function loadProviders(
  ids?: readonly string[],
  specs: readonly string[] = [],
): Promise<readonly Provider[]> {
  const shipped = shippedProviders()
  const wanted = ids ?? (specs.length > 0 ? [] : shipped.map(({ id }) => id))
  const own = await Promise.all(specs.map((file) => loadProvider(file)))
  const known = [...shipped, ...own].map(({ id }): string => id)
  const unknown = wanted.find((id) => !known.includes(id))
  if (unknown !== undefined)
    throw new MockError('input', 'UNKNOWN_PROVIDER', `Failed to find the provider "${unknown}".`, {
      hint: `${suggestion(unknown, known)} A document of your own is named with --spec FILE.`,
    })
  const files = [...new Set(wanted)].flatMap((id) => shipped.find((one) => one.id === id)?.file ?? [])
  const providers = [...(await Promise.all(files.map((file) => loadProvider(file)))), ...own]
  const twice = providers.find(({ id }, i) => providers.findIndex((other) => other.id === id) !== i)
  if (twice !== undefined)
    throw new MockError(
      'input',
      'SAME_PROVIDER',
      `Failed to start: two documents have the provider id "${twice.id}".`,
      {
        hint: 'Give one of them another id in x-mock-provider.',
        location: { file: twice.file, pointer: '/x-mock-provider/id' },
      },
    )
  return providers
}

/** Every provider that comes with hookproof, then those of the user's own documents. */
export function knownProviders(specs: readonly string[]): Promise<readonly Provider[]> {
  return loadProviders(shippedIds(), specs)
}

/**
 * One provider by its id: of the given documents, else of those that come with hookproof, of which only its own is read.
 * @throws MockError UNKNOWN_PROVIDER that names those that there are
 */
export async function knownProvider(id: string, specs: readonly string[]): Promise<Provider> {
  const ids = shippedIds()
  const candidates = await loadProviders([], specs)
  const [found] = [
    ...candidates.filter((provider) => provider.id === id),
    ...(ids.includes(id) ? await loadProviders([id]) : []),
  ]
  if (found !== undefined) return found
  const known = [...ids, ...candidates.map((provider) => provider.id)]
  throw new MockError('input', 'UNKNOWN_PROVIDER', `Failed to find the provider "${id}".`, {
    hint: suggestion(id, known),
  })
}

function shippedIds(): string[] {
  return shippedProviders().map(({ id }) => id)
}
