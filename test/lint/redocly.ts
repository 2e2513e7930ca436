import { createConfig, getLineColLocation, lint } from '@redocly/openapi-core'
import type { Finding } from './findings.ts'

/** Redocly's recommended rules, as they are when nobody sets an option. */
export async function lintWithRedocly(file: string): Promise<readonly Finding[]> {
  // Without an option, an example may have only what the schema lists, unless the schema itself says that it allows others.
  const config = await createConfig({
    extends: ['recommended'],
    rules: { 'no-invalid-media-type-examples': 'error' },
  })
  const problems = await lint({ ref: file, config })
  return problems.map(({ ruleId, message, location: [location] }) => {
    if (location === undefined) return { file, line: 1, column: 1, rule: ruleId, message, path: [] }
    const { start } = getLineColLocation(location)
    return {
      file: location.source.absoluteRef,
      line: start.line,
      column: start.col,
      rule: ruleId,
      message,
      path: pathOf(location.pointer ?? ''),
    }
  })
}

function pathOf(pointer: string): readonly string[] {
  const parts = pointer.replace(/^#\/?/, '').split('/')
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}
