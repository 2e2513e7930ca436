import type { JsonObject } from '../core/json.ts'

export interface Reproduction {
  readonly file: string
  /** Null: whatever comes. */
  readonly seed: string | null
  readonly set: JsonObject
  /** Further words, such as `--receiver URL` or `-- node server.js`. */
  readonly more: readonly string[]
}

/** The command line that runs a scenario again in the same way. */
export function reproduceLine({ file, seed, set, more }: Reproduction): string {
  const vars = Object.entries(set).flatMap(([name, value]) => [
    '--set',
    typeof value === 'string' ? `${name}=${value}` : `${name}:=${JSON.stringify(value)}`,
  ])
  const seeded = seed === null ? [] : ['--seed', seed]
  const [own, command] = splitAtDashes(more)
  return ['hookproof', 'run', file, ...seeded, ...vars, ...own, ...command].map(quoted).join(' ')
}

function splitAtDashes(words: readonly string[]): readonly [readonly string[], readonly string[]] {
  const at = words.indexOf('--')
  return at < 0 ? [words, []] : [words.slice(0, at), words.slice(at)]
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
