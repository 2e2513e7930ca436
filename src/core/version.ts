import { readFileSync } from 'node:fs'
/** The version in package.json, which stands one folder above this one's parent in the sources and when built. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return (manifest as { version: string }).version
}
