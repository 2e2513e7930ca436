import type { Provider } from '../../spec/provider.ts'

/** HOOKPROOF_URL, and HOOKPROOF_<PROVIDER>_URL for each. */
export function providerUrls(
  origin: string,
  providers: readonly Pick<Provider, 'id' | 'basePath'>[],
): Readonly<Record<string, string>> {
  const urls = providers.map(({ id, basePath }) => [
    `HOOKPROOF_${id.replaceAll('-', '_').toUpperCase()}_URL`,
    `${origin}${basePath}`,
  ])
  return { HOOKPROOF_URL: origin, ...Object.fromEntries(urls) }
}
