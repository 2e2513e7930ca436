import { readFileSync } from 'node:fs'

/** The version in package.json, which stands two folders up from here in the source and in what is built of it. */
export function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
