import { MockError } from '../core/errors.ts'
import { suggestion } from '../core/nearest.ts'
import { loadProviders } from './load-providers.ts'
import type { Provider } from './provider.ts'
import { shippedProviders } from './shipped.ts'

/** Every provider that comes with hookproof, then those of the user's own documents. */
export function knownProviders(specs: readonly string[]): Promise<readonly Provider[]> {
  return loadProviders(shippedIds(), specs)
}

/**
 * One provider by its id; where it comes with hookproof, only its own document is read.
 * @throws MockError UNKNOWN_PROVIDER that names those that there are
 */
export async function knownProvider(id: string, specs: readonly string[]): Promise<Provider> {
  const ids = shippedIds()
  const candidates = ids.includes(id) ? await loadProviders([id]) : await loadProviders([], specs)
  const found = candidates.find((provider) => provider.id === id)
  if (found !== undefined) return found
  const known = [...ids, ...candidates.map((provider) => provider.id)]
  throw new MockError('input', 'UNKNOWN_PROVIDER', `Failed to find the provider "${id}".`, {
    hint: suggestion(id, known),
  })
}

function shippedIds(): string[] {
  return shippedProviders().map(({ id }) => id)
}
