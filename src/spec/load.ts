import { MockError } from '../core/errors.ts'
import { findNamed, fullName, type Named, nameHint, PROVIDER_AND_VALUE, splitId } from './names.ts'
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
 * The shipped providers that are named, and those of all given documents, named or not. Nothing named: the default variant of every
 * shipped one, or, where documents are given, those alone.
 *
 * @param variants `NAME`, for every provider that has such a variant, or `ID=NAME`: it is served, and no other of its provider
 * @throws MockError (input) for an unknown name or variant, variants that exclude one another or what is named, a broken document, or two documents with the same id.
 */
export async function loadProviders(
  names?: readonly string[],
  specs: readonly string[] = [],
  variants: readonly string[] = [],
): Promise<readonly Provider[]> {
  const own = await Promise.all(specs.map((file) => loadProvider(file)))
  const usual = specs.length > 0 ? [] : shippedProviders().filter(({ variant }) => variant === null)
  const named =
    names === undefined
      ? await Promise.all(usual.map(({ file }) => loadProvider(file)))
      : await Promise.all(names.map((name) => providerNamed(name, own)))
  const shipped = [...new Set(named.map(({ file }) => file))].flatMap(
    (file) => named.find((one) => one.file === file && !own.includes(one)) ?? [],
  )
  const all: readonly Provider[] = [...shipped, ...own]
  checkNames(all)
  const chosen = await chosenVariants(all, variants, all)
  checkNamed(names ?? [], named, chosen)
  return [...new Set(all.map((provider) => chosen.get(provider.name)?.provider ?? provider))]
}

async function providerNamed(name: string, own: readonly Provider[]): Promise<Provider> {
  const found = (await shippedNamed(name)) ?? findNamed(own, name)
  if (found !== undefined) return found
  throw await unknownProvider(name, own, ' A document of your own is named with --spec FILE.')
}

/** The shipped provider that a name stands for. Only the default variant's document says what that variant is called. */
async function shippedNamed(name: string): Promise<Provider | undefined> {
  const shipped = shippedProviders()
  const found = findNamed(shipped, name)
  if (found !== undefined) return loadProvider(found.file)
  const { name: bare, variant } = splitId(name)
  const usual = shipped.find(({ id }) => id === bare)
  const provider = usual && variant !== null ? await loadProvider(usual.file) : undefined
  return provider?.variant === variant ? provider : undefined
}

async function unknownProvider(name: string, own: readonly Provider[], more = ''): Promise<MockError> {
  const bare = splitId(name).name
  const known = shippedProviders().map(async (one) => (one.id === bare ? loadProvider(one.file) : one))
  return new MockError('input', 'UNKNOWN_PROVIDER', `Failed to find the provider "${name}".`, {
    hint: `${nameHint([...(await Promise.all(known)), ...own], name)}${more}`,
  })
}

function checkNames(providers: readonly Provider[]): void {
  for (const [i, provider] of providers.entries()) {
    const names = [provider.id, fullName(provider)]
    const others = new Set(providers.slice(0, i).flatMap((other) => [other.id, fullName(other)]))
    const shared = names.find((name) => others.has(name))
    if (shared === undefined) continue
    throw new MockError(
      'input',
      'SAME_PROVIDER',
      `Failed to start: two documents have the provider id "${shared}".`,
      {
        hint: 'Give one of them another id in x-mock-provider.',
        location: { file: provider.file, pointer: '/x-mock-provider/id' },
      },
    )
  }
}

/** A variant in the place of the others of the same provider. */
interface Choice {
  /** As it is written. */
  readonly choice: string
  readonly provider: Provider
}

/**
 * What is chosen of each provider, by the provider's name: `ID=NAME` goes before a `NAME` for all.
 * @throws MockError (input) for a variant that none has, and for two that are chosen of one provider
 */
async function chosenVariants(
  served: readonly Named[],
  choices: readonly string[],
  all: readonly Provider[],
): Promise<ReadonlyMap<string, Choice>> {
  const [own, common] = [true, false].map((isOwn) =>
    choices.filter((choice) => PROVIDER_AND_VALUE.test(choice) === isOwn),
  )
  const chosen = new Map<string, Choice>()
  for (const group of [common, own]) {
    const inGroup = new Map<string, Choice>()
    for (const choice of group ?? [])
      for (const [name, provider] of await chosenProviders(served, choice, all)) {
        const before = inGroup.get(name)
        if (before !== undefined && before.provider.id !== provider.id)
          throw badVariant(
            choice,
            `"${before.choice}" chooses another one of ${name}`,
            `Choose one, or name both as providers: ${before.provider.id} ${provider.id}.`,
          )
        inGroup.set(name, { choice, provider })
      }
    for (const [name, one] of inGroup) chosen.set(name, one)
  }
  return chosen
}

/** A choice drops nothing that is named. @param providers of the names, one each */
function checkNamed(
  names: readonly string[],
  providers: readonly Provider[],
  chosen: ReadonlyMap<string, Choice>,
): void {
  for (const [name, { choice, provider }] of chosen) {
    const others = names.filter((_, i) => providers[i]?.name === name && providers[i]?.id !== provider.id)
    const isNamed = providers.some(({ id }) => id === provider.id)
    const other = others.find((one) => isNamed || splitId(one).variant !== null)
    if (other === undefined) continue
    throw badVariant(
      choice,
      `the provider "${other}" is named as well, and ${provider.id} would take its place`,
      isNamed
        ? `Leave the choice out to serve both, or leave out the provider "${other}".`
        : `Leave the choice out, or name both as providers: ${other} ${provider.id}.`,
    )
  }
}

/** The variant that is chosen of each provider that has it, by the provider's name. @throws MockError (input) where none has */
async function chosenProviders(
  served: readonly Named[],
  choice: string,
  all: readonly Provider[],
): Promise<ReadonlyMap<string, Provider>> {
  const [, id, variant = ''] = PROVIDER_AND_VALUE.exec(choice) ?? [choice, undefined, choice]
  const wanted = id === undefined ? undefined : splitId(id).name
  const names = [...new Set(served.map(({ name }) => name))].filter((name) => (wanted ?? name) === name)
  if (names.length === 0)
    throw badVariant(choice, `the provider "${id}" is not served`, nameHint(served, id ?? ''))
  const found = new Map<string, Provider>()
  for (const name of names) {
    const provider =
      all.find((one) => one.name === name && one.variant === variant) ??
      (await shippedNamed(`${name}@${variant}`))
    if (provider !== undefined) found.set(name, provider)
  }
  if (found.size === 0) {
    const known = (await Promise.all(names.map((name) => variantsOf(name, all)))).flat()
    throw badVariant(
      choice,
      id === undefined ? 'no provider that is served has it' : `${names[0]} has no such variant`,
      known.length === 0 ? 'There are none to choose from.' : `Known are ${known.join(', ')}.`,
    )
  }
  return found
}

/** `acme=spring`, `acme=autumn`, as they are written. */
async function variantsOf(name: string, served: readonly Provider[]): Promise<readonly string[]> {
  const usual = await shippedNamed(name)
  const all = [...(usual === undefined ? [] : [usual]), ...served, ...shippedProviders()]
  const variants = all.filter((one) => one.name === name).flatMap(({ variant }) => variant ?? [])
  return [...new Set(variants)].map((variant) => `${name}=${variant}`)
}

function badVariant(choice: string, reason: string, hint: string): MockError {
  return new MockError('input', 'UNKNOWN_VARIANT', `Failed to choose the variant "${choice}": ${reason}.`, {
    hint,
  })
}

/** Every variant of every provider that comes with hookproof, then those of the user's own documents. */
export function knownProviders(specs: readonly string[]): Promise<readonly Provider[]> {
  return loadProviders(
    shippedProviders().map(({ id }) => id),
    specs,
  )
}

/**
 * Names of providers with the id of the chosen variant in the place of those without a variant. Where a name says a variant, all names of
 * that provider stay as they are.
 *
 * @param variants as {@link loadProviders} takes them
 * @throws MockError (input) for a variant that no known provider has
 */
export async function namesWithVariants(
  names: readonly string[],
  specs: readonly string[],
  variants: readonly string[],
): Promise<readonly string[]> {
  if (variants.length === 0) return names
  const own = await loadProviders([], specs)
  const said = new Set(names.map(splitId).flatMap(({ name, variant }) => (variant === null ? [] : [name])))
  const chosen = await chosenVariants([...shippedProviders(), ...own], variants, own)
  return names.map((name) => (said.has(name) ? name : (chosen.get(name)?.provider.id ?? name)))
}

/**
 * One provider by its name: of the given documents, else of those that come with hookproof, of which only its own is read.
 * @throws MockError UNKNOWN_PROVIDER that names those that there are
 */
export async function knownProvider(name: string, specs: readonly string[]): Promise<Provider> {
  const own = await loadProviders([], specs)
  const found = findNamed(own, name) ?? (await shippedNamed(name))
  if (found !== undefined) return found
  throw await unknownProvider(name, own)
}
