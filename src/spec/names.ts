import { listSome, nearest, suggestion } from '../core/text.ts'

/** What a provider is called by: its id is its name, or `name@variant`. */
export interface Named {
  readonly id: string
  /** What the variants of a provider have in common. */
  readonly name: string
  /** Null: nothing is said about it. */
  readonly variant: string | null
}

/** `acme@autumn` is the variant `autumn` of `acme`; an id without a variant is that of the default one. */
export function splitId(id: string): { readonly name: string; readonly variant: string | null } {
  const [name = '', variant = null] = id.split('@')
  return { name, variant }
}

/**
 * The one that a name stands for: an id; `name@variant`, also for the default variant; a bare name where only one variant is there.
 */
export function findNamed<T extends Named>(all: readonly T[], name: string): T | undefined {
  const byId = all.find(({ id }) => id === name) ?? all.find((one) => fullName(one) === name)
  if (byId !== undefined) return byId
  const [first, ...others] = all.filter((one) => one.name === name)
  return others.length === 0 ? first : undefined
}

/** Every name that stands for one of them: first its id. */
export function namesFor(all: readonly Named[], one: Named): readonly string[] {
  const names = new Set([one.id, fullName(one), one.name])
  return [...names].filter((name) => findNamed(all, name)?.id === one.id)
}

/** The nearest name, or every id; for a variant that is not there, those that the provider has. */
export function nameHint(all: readonly Named[], word: string): string {
  const { name, variant } = splitId(word)
  const siblings = all.filter((one) => one.name === name)
  if (variant !== null && siblings.length > 0) return variantHint(name, siblings, word)
  const names = all.flatMap((one) => namesFor(all, one))
  const near = suggestion(word, names)
  const ids = all.map(({ id }) => id)
  return near.startsWith('Known') ? suggestion(word, ids) : near
}

function variantHint(name: string, siblings: readonly Named[], word: string): string {
  const names = siblings.filter(({ variant }) => variant !== null).map(fullName)
  if (names.length === 0) return `${name} has no variants.`
  const near = nearest(word, names)
  return `${near === undefined ? '' : `Did you mean "${near}"? `}Known are: ${listSome(names)}.`
}

/** `ID=VALUE` of a flag or an option; a URL with an equals sign is no such thing. */
export const PROVIDER_AND_VALUE = /^([a-z0-9][a-z0-9-]*(?:@[a-z0-9][a-z0-9.-]*)?)=(.+)$/s

/** `name@variant`, or the name where no variant is known. */
export function fullName({ name, variant }: Named): string {
  return variant === null ? name : `${name}@${variant}`
}

interface NamedOperation {
  readonly id: string
  readonly mock: { readonly alias?: string } | null
}

/** Every name that operations have, with the id that it stands for. */
export function operationNames(operations: readonly NamedOperation[]): ReadonlyMap<string, string> {
  const aliases = operations.flatMap(({ id, mock }) =>
    mock?.alias === undefined ? [] : [[mock.alias, id] as const],
  )
  return new Map([...aliases, ...operations.map(({ id }) => [id, id] as const)])
}

/** The operation of that id or alias. */
export function findOperation<T extends NamedOperation>(
  operations: readonly T[],
  name: string,
): T | undefined {
  return operations.find(({ id }) => id === name) ?? operations.find(({ mock }) => mock?.alias === name)
}
