/** How a receiver may see its own URL in another way than the provider, who signed the registered one. */
export function urlVariants(url: string): readonly { readonly url: string; readonly sentence: string }[] {
  const { origin, pathname, search } = new URL(url)
  const other = url.startsWith('https:') ? url.replace('https:', 'http:') : url.replace('http:', 'https:')
  const slash = pathname.endsWith('/') ? pathname.slice(0, -1) : `${pathname}/`
  const variants = [
    [other, 'another scheme, http or https: behind a proxy, take the public URL'],
    [origin + slash + search, 'another slash at the end of its path'],
    [origin + pathname, 'no query'],
  ] as const
  return variants
    .filter(([variant]) => variant !== url)
    .map(([variant, how]) => ({
      url: variant,
      sentence: `The signature fits the URL ${variant}, which has ${how}.`,
    }))
}
