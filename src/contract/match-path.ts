interface CompiledTemplate {
  readonly pattern: RegExp
  readonly names: readonly string[]
}

const compiled = new Map<string, CompiledTemplate>()

/**
 * The path parameters of a path that fits the template from its first to its last character, still percent-encoded;
 * undefined when it does not fit. Never used for anything else than a document's templates, so the memory stays small.
 */
export function matchPath(template: string, path: string): Readonly<Record<string, string>> | undefined {
  const { pattern, names } = compiledTemplate(template)
  const match = pattern.exec(path)
  if (match === null) return undefined
  return Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? '']))
}

function compiledTemplate(template: string): CompiledTemplate {
  const known = compiled.get(template)
  if (known !== undefined) return known
  const parts = template.split(/\{([^{}]+)\}/)
  const source = parts.map((part, index) => (index % 2 === 0 ? literal(part) : '([^/]+)')).join('')
  const fresh = { pattern: new RegExp(`^${source}$`), names: parts.filter((_, index) => index % 2 === 1) }
  compiled.set(template, fresh)
  return fresh
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
