import type { Provider } from '../spec/provider.ts'
import type { KnownNames } from './read-match.ts'

/** What a fault may name where these providers are served; of one alone where it names that one. */
export function knownNames(
  providers: readonly Pick<Provider, 'id' | 'operations' | 'events'>[],
  provider?: unknown,
): KnownNames {
  const meant = providers.filter(({ id }) => provider === undefined || id === provider)
  return {
    provider: providers.map(({ id }) => id),
    // Of an unknown provider nothing is known.
    ...(meant.length > 0 && {
      operation: [...new Set(meant.flatMap(({ operations }) => operations.map(({ id }) => id)))],
      event: [...new Set(meant.flatMap(({ events }) => [...events.keys()]))],
    }),
  }
}
